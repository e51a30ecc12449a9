"""The catalog: models found by name, version and alias; prepared, replaced in one step, and freed."""

import gc
import pickle
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet_imaging import Limits
from lenet_server.batching.batcher import Batcher
from lenet_server.batching.job import Job
from lenet_server.errors import InvalidRequest, ModelNotFound, ModelRetired, NoModel, PlanRejected
from lenet_server.inference.call import Call, PendingCall
from lenet_server.inference.catalog import Catalog, ServedModel
from lenet_server.inference.classifier import Classifier
from lenet_server.inference.images import ImageArray, ImageReader
from lenet_server.inference.model import Model
from lenet_server.metrics.model import ModelMetrics
from lenet_server.metrics.server import Metrics
from lenet_server.metrics.shared_memory import SharedCounts
from lenet_server.repository.plan import ModelPlan, Plan, PlannedVersion
from tests.support.server.repositories import planned
from tests.support.server.someone import Someone

TIMEOUT = 10.0
METRICS = Metrics(SharedCounts(1))


def load(version: PlannedVersion) -> ServedModel:
    """Load a version as the server does."""
    model = Model(version.path, name=version.name, version=version.version, threads=1)
    metrics = ModelMetrics(METRICS, model.name, model.version, model.labels)
    return ServedModel(model, Batcher(model.predict, metrics, name=f"{model.name} {model.version}"), metrics)


@pytest.fixture
def catalog() -> Iterator[Catalog]:
    """An empty catalog."""
    made = Catalog(load)
    yield made
    made.stop()


def plan(*versions: PlannedVersion, **labels: dict[str, int]) -> Plan:
    names = sorted({each.name for each in versions})
    return Plan(
        {name: ModelPlan(tuple(each for each in versions if each.name == name), labels.get(name, {})) for name in names}
    )


def serve(catalog: Catalog, *versions: PlannedVersion, **labels: dict[str, int]) -> None:
    catalog.prepare(plan(*versions, **labels))
    catalog.commit()


def test_a_call_names_its_model_where_there_are_several(catalog: Catalog) -> None:
    serve(catalog, planned("a", 1), planned("b", 3))
    assert catalog.find("b").model.version == 3
    assert [each.model.name for each in catalog] == ["a", "b"]
    with pytest.raises(ModelNotFound, match="name the model: this server has a, b"):
        catalog.find("")
    with pytest.raises(ModelNotFound, match="no version 1 of model 'b': this server has 3"):
        catalog.find("b", 1)
    with pytest.raises(ModelNotFound, match="no model 'c': this server has a, b"):
        catalog.find("c")


def test_versions_are_found_by_number_and_by_alias(catalog: Catalog) -> None:
    serve(catalog, planned("m", 1), planned("m", 2), m={"stable": 1, "canary": 2, "best": 2, "next": 3})
    for name in ("m", ""):
        assert catalog.find(name).model.version == 2
        assert catalog.find(name, 1).model.version == 1
        assert catalog.find(name, alias="stable").model.version == 1
        assert catalog.find(name, alias="canary").model.version == 2
    assert catalog.aliases(catalog.find("m").model) == ("best", "canary")
    with pytest.raises(ModelNotFound, match=r"no version 'next' of model 'm': this server has 1 \(stable\), 2 \(best,"):
        catalog.find("m", alias="next")
    with pytest.raises(InvalidRequest, match="names version 1 and label 'stable'"):
        catalog.find("m", 1, "stable")


def test_aliases_are_moved_without_loading_a_version(catalog: Catalog) -> None:
    versions = planned("m", 1), planned("m", 2)
    serve(catalog, *versions, m={"stable": 1})
    before = list(catalog)
    serve(catalog, *versions, m={"stable": 2})
    assert list(catalog) == before
    assert catalog.find("m", alias="stable").model.version == 2


def test_an_empty_catalog_has_another_error_than_not_found(catalog: Catalog) -> None:
    with pytest.raises(NoModel, match="no model is loaded"):
        catalog.find("m")
    assert len(catalog) == 0


def test_what_is_prepared_is_not_seen_before_it_is_committed(catalog: Catalog) -> None:
    serve(catalog, planned("m", 1))
    catalog.prepare(plan(planned("m", 2)))
    assert catalog.find("m").model.version == 1
    catalog.abort()
    assert catalog.find("m").model.version == 1
    catalog.prepare(plan(planned("m", 2)))
    catalog.commit()
    assert [each.model.version for each in catalog] == [2]


def test_a_plan_is_rejected_with_all_its_reasons_and_changes_nothing(catalog: Catalog, tmp_path: Path) -> None:
    serve(catalog, planned("m", 1))
    threads = threading.active_count()
    (tmp_path / "broken").write_bytes(b"broken")
    with pytest.raises(PlanRejected) as rejected:
        catalog.prepare(
            plan(planned("m", 2), planned("m", 3, path=tmp_path / "broken"), planned("n", 1, path=tmp_path / "gone"))
        )
    catalog.abort()
    assert set(rejected.value.reasons) == {("m", 3), ("n", 1)}
    assert "model m version 3: " in str(rejected.value)
    assert [each.model.version for each in catalog] == [1]
    assert threading.active_count() == threads
    assert str(pickle.loads(pickle.dumps(rejected.value))) == str(rejected.value)  # noqa: S301 made here


def test_what_waits_on_the_old_version_is_answered_and_then_it_is_freed(catalog: Catalog) -> None:
    serve(catalog, planned("m", 1))
    old = catalog.find("m")
    outcomes: list[object] = []
    for _ in range(100):
        old.batcher.submit(Job(np.zeros((1, 1, 28, 28), np.uint8), outcomes.append, Someone()))
    serve(catalog, planned("m", 2))
    assert len(outcomes) == 100
    assert not any(isinstance(outcome, Exception) for outcome in outcomes)
    with pytest.raises(ModelRetired):
        old.batcher.submit(Job(np.zeros((1, 1, 28, 28), np.uint8), outcomes.append, Someone()))
    assert [each.name for each in threading.enumerate() if each.name.startswith("batcher m")] == ["batcher m 2"]
    model = weakref.ref(old.model)
    del old
    gc.collect()
    assert model() is None


def test_a_call_that_found_the_old_version_is_answered_by_the_new(catalog: Catalog) -> None:
    """The version is replaced while the call's images are read, after its model was found."""
    serve(catalog, planned("m", 1))

    class ReaderMeanwhile(ImageReader):
        def read(self, *arguments: Any, **named: Any) -> tuple[NDArray[np.uint8] | None, dict[int, str]]:
            serve(catalog, planned("m", 2))
            return super().read(*arguments, **named)

    answered: SimpleQueue[PendingCall] = SimpleQueue()
    reader = ReaderMeanwhile(Limits(), max_images=1, max_input_bytes=1000, cores=1)
    Classifier(catalog, reader).start(Call([ImageArray((1, 28, 28), bytes(784))], Someone()), answered.put)
    assert answered.get(timeout=TIMEOUT).classification().version == 2


def test_listeners_get_the_removed_versions_and_find_the_new(catalog: Catalog) -> None:
    changes: list[tuple[list[int], list[int]]] = []
    catalog.watch(
        lambda gone: changes.append(([each.model.version for each in gone], [each.model.version for each in catalog]))
    )
    serve(catalog, planned("m", 1), planned("m", 2))
    serve(catalog, planned("m", 2, stamp=1), planned("m", 3))
    serve(catalog)
    assert changes == [([], [1, 2]), ([1], [2, 3]), ([2, 3], [])]


def test_plans_travel_between_processes() -> None:
    made = plan(planned("m", 1), m={"stable": 1})
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 made here
