"""Which versions are to be served: policies, labels, and what goes on where the new cannot be served."""

from collections.abc import Collection

import pytest

from lenet_server.errors import ModelRejected
from lenet_server.repository.model_options import ModelOptions
from lenet_server.repository.plan import ModelPlan, Plan, PlannedVersion
from lenet_server.repository.planner import plan_load, plan_model, plan_models
from lenet_server.repository.scan import FoundModel
from lenet_server.repository.version_policy import VersionPolicy
from tests.support.server.repositories import planned

LATEST = VersionPolicy("latest")


def found(*versions: int, stamp: int = 0, policy: VersionPolicy | None = None, **labels: int) -> FoundModel:
    return FoundModel({each: planned("m", each, stamp) for each in versions}, options=ModelOptions(policy, labels))


def chosen(
    model: FoundModel,
    served: Collection[PlannedVersion] = (),
    broken: Collection[PlannedVersion] = (),
    default: VersionPolicy = LATEST,
) -> list[int]:
    part = plan_model(model, default, ModelPlan(tuple(served)), broken)
    return [each.version for each in part.versions]


@pytest.mark.parametrize(
    ("policy", "versions"),
    [
        (LATEST, [10]),
        (VersionPolicy("latest", 2), [3, 10]),
        (VersionPolicy("latest", 9), [1, 2, 3, 10]),
        (VersionPolicy("all"), [1, 2, 3, 10]),
        (VersionPolicy("specific", versions=frozenset({1, 3, 7})), [1, 3]),
        (VersionPolicy("specific", versions=frozenset({7})), []),
    ],
    ids=str,
)
def test_policies(policy: VersionPolicy, versions: list[int]) -> None:
    assert chosen(found(1, 2, 3, 10), default=policy) == versions
    assert chosen(found(1, 2, 3, 10, policy=policy)) == versions


def test_a_version_that_is_broken_leaves_its_place_to_the_one_before() -> None:
    assert chosen(found(1, 2, 3), broken=[planned("m", 3)]) == [2]
    assert chosen(found(1, 2, 3), broken=[planned("m", 3)], default=VersionPolicy("latest", 2)) == [1, 2]


def test_a_file_that_was_broken_is_tried_again_when_it_has_changed() -> None:
    assert chosen(found(1, 2, stamp=1), broken=[planned("m", 2, stamp=0)]) == [2]


def test_a_version_whose_file_has_been_spoilt_goes_on_as_it_was_loaded() -> None:
    loaded, spoilt = planned("m", 2, stamp=0), planned("m", 2, stamp=1)
    part = plan_model(found(2, stamp=1), LATEST, ModelPlan((loaded,)), [spoilt])
    assert part.versions == (loaded,)


def test_what_is_served_goes_on_while_nothing_else_can_be() -> None:
    """Version 1 has been replaced by version 2 on the disk, and that one is broken."""
    assert chosen(found(2), served=[planned("m", 1)], broken=[planned("m", 2)]) == [1]
    assert chosen(FoundModel(problem="model.toml: …"), served=[planned("m", 1)]) == [1]
    assert chosen(found(2), served=[planned("m", 1)]) == [2]


def test_a_version_with_a_label_is_served_whatever_the_policy() -> None:
    part = plan_model(found(1, 2, 3, stable=1, canary=2), LATEST, ModelPlan(), ())
    assert [each.version for each in part.versions] == [1, 2, 3]
    assert part.labels == {"stable": 1, "canary": 2}


def test_a_label_stays_where_it_is_when_its_new_version_cannot_be_served() -> None:
    served = ModelPlan((planned("m", 1),), {"stable": 1})
    part = plan_model(found(1, 2, stable=2), LATEST, served, [planned("m", 2)])
    assert ([each.version for each in part.versions], part.labels) == ([1], {"stable": 1})
    part = plan_model(found(1, 2, stable=2), LATEST, served, ())
    assert ([each.version for each in part.versions], part.labels) == ([2], {"stable": 2})


def test_a_model_that_is_gone_from_the_disk_is_planned_no_more() -> None:
    before = Plan({"m": ModelPlan((planned("m", 1),)), "n": ModelPlan((planned("n", 1),))})
    assert plan_models({"m": found(1)}, LATEST, before, ()) == Plan({"m": before.models["m"]})


def test_a_model_that_is_asked_for_is_planned_as_it_stands_on_the_disk_or_not_at_all() -> None:
    assert [each.version for each in plan_load(found(1, 2), LATEST).versions] == [2]
    refused = found(1)
    refused.refused[2] = "leads out"
    with pytest.raises(ModelRejected, match="version 2: leads out"):
        plan_load(refused, LATEST)
    with pytest.raises(ModelRejected, match=r"model\.toml"):
        plan_load(FoundModel(problem="model.toml: wrong"), LATEST)
    with pytest.raises(ModelRejected, match="no version that its version policy chooses"):
        plan_load(found(1, policy=VersionPolicy("specific", versions=frozenset({2}))), LATEST)
