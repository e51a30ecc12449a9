"""The manager keeps a fleet in step with the repository: what it plans, reports, and tries again."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from lenet_server.errors import ModelNotFound, ModelRejected, NotLoadable, NotSupported, PlanRejected
from lenet_server.repository.index import IndexEntry
from lenet_server.repository.manager import ModelManager
from lenet_server.repository.plan import Plan
from lenet_server.settings import Settings
from tests.support.server.repositories import publish, withdraw, write_options

BROKEN = b"broken"


class Served:
    """A fleet that serves every file but those that are broken."""

    def __init__(self) -> None:
        self.plan = Plan()
        self.tries = 0
        self.closed = False

    def apply(self, plan: Plan) -> None:
        self.tries += 1
        if self.closed:
            raise ModelRejected("the server is shutting down")
        broken = {(each.name, each.version): "it is broken" for each in plan if each.path.read_bytes() == BROKEN}
        if broken:
            raise PlanRejected(broken)
        self.plan = plan

    def versions(self) -> list[tuple[str, int]]:
        return [(each.name, each.version) for each in self.plan]


@pytest.fixture
def fleet() -> Served:
    """A fleet that serves nothing yet."""
    return Served()


Make = Callable[..., ModelManager]


@pytest.fixture
def manage(tmp_path: Path, fleet: Served) -> Make:
    """What starts a manager of tmp_path, with some settings."""

    def make(**settings: object) -> ModelManager:
        manager = ModelManager(Settings(model_repository=tmp_path, **settings), fleet)  # type: ignore[arg-type]
        manager.start()
        return manager

    return make


def entries(manager: ModelManager) -> dict[tuple[str, int], tuple[str, str]]:
    return {(name, version): (state, reason) for name, version, state, reason in manager.index()}


def test_the_newest_version_that_can_be_served_is(
    tmp_path: Path, fleet: Served, manage: Make, caplog: pytest.LogCaptureFixture
) -> None:
    for version, content in ((1, b"1"), (2, b"2"), (10, BROKEN)):
        publish(tmp_path, "m", version, content)
    manager = manage()
    assert fleet.versions() == [("m", 2)]
    assert "model m version 10: it is broken" in caplog.text
    assert manager.index() == [
        IndexEntry("m", 1, "UNAVAILABLE", "not chosen by the version policy: latest 1"),
        IndexEntry("m", 2, "READY"),
        IndexEntry("m", 10, "UNAVAILABLE", "it is broken"),
    ]


@pytest.mark.parametrize(
    ("settings", "versions"),
    [({"versions": 2}, [2, 3]), ({"version_policy": "all"}, [1, 2, 3]), ({}, [3])],
)
def test_the_policy_of_the_server_and_of_a_model(
    tmp_path: Path, fleet: Served, manage: Make, settings: dict[str, object], versions: list[int]
) -> None:
    for version in (1, 2, 3):
        publish(tmp_path, "ours", version, b"")
        publish(tmp_path, "own", version, b"")
    write_options(tmp_path, "own", 'version_policy = "specific"\nversions = [1, 3]')
    manage(**settings)
    assert fleet.versions() == [*(("ours", each) for each in versions), ("own", 1), ("own", 3)]


def test_without_control_an_empty_repository_is_refused_and_with_it_not(tmp_path: Path, manage: Make) -> None:
    with pytest.raises(ModelRejected, match="no model to serve below"):
        manage()
    publish(tmp_path, "m", 1, BROKEN)
    with pytest.raises(ModelRejected, match="no model to serve below"):
        manage()
    manage(model_control="poll").stop()
    manage(model_control="explicit")


def test_a_broken_version_is_reported_once_and_tried_again_when_its_file_changes(
    tmp_path: Path, fleet: Served, manage: Make, caplog: pytest.LogCaptureFixture
) -> None:
    publish(tmp_path, "m", 1, b"1")
    manager = manage()
    file = publish(tmp_path, "m", 2, BROKEN)
    for _ in range(3):
        manager.look()
    assert (fleet.versions(), fleet.tries) == ([("m", 1)], 2)
    assert caplog.text.count("it is broken") == 1
    assert entries(manager)["m", 2] == ("UNAVAILABLE", "it is broken")
    file.write_bytes(b"whole")
    manager.look()
    assert fleet.versions() == [("m", 2)]


def test_a_file_that_is_spoilt_in_its_place_goes_on_as_it_was(tmp_path: Path, fleet: Served, manage: Make) -> None:
    file = publish(tmp_path, "m", 1, b"1")
    manager = manage()
    before = fleet.plan
    file.write_bytes(BROKEN)
    manager.look()
    assert fleet.plan == before
    assert entries(manager)["m", 1] == ("READY", "served as it was loaded before: it is broken")
    file.write_bytes(b"mended")
    manager.look()
    assert fleet.plan != before
    assert entries(manager)["m", 1] == ("READY", "")


def test_a_new_version_that_is_broken_leaves_the_old_one_though_it_is_gone_from_the_disk(
    tmp_path: Path, fleet: Served, manage: Make
) -> None:
    publish(tmp_path, "m", 1, b"1")
    manager = manage()
    publish(tmp_path, "m", 2, BROKEN)
    withdraw(tmp_path, "m", 1)
    manager.look()
    assert fleet.versions() == [("m", 1)]
    assert entries(manager)["m", 1] == ("READY", "served as it was loaded before: its file is gone")


def test_rollback_by_removing_and_removal_of_a_model(tmp_path: Path, fleet: Served, manage: Make) -> None:
    for version in (1, 2):
        publish(tmp_path, "m", version, b"")
    publish(tmp_path, "n", 1, b"")
    manager = manage()
    withdraw(tmp_path, "m", 2)
    withdraw(tmp_path, "n", 1)
    manager.look()
    assert fleet.versions() == [("m", 1)]
    assert list(entries(manager)) == [("m", 1)]


def test_one_broken_model_does_not_hold_up_another(tmp_path: Path, fleet: Served, manage: Make) -> None:
    publish(tmp_path, "a", 1, b"")
    manager = manage()
    publish(tmp_path, "a", 2, BROKEN)
    publish(tmp_path, "b", 1, b"")
    manager.look()
    assert fleet.versions() == [("a", 1), ("b", 1)]


def test_options_that_are_wrong_leave_everything_as_it_was(
    tmp_path: Path, fleet: Served, manage: Make, caplog: pytest.LogCaptureFixture
) -> None:
    publish(tmp_path, "m", 1, b"")
    write_options(tmp_path, "m", "[labels]\nstable = 1")
    manager = manage()
    publish(tmp_path, "m", 2, b"")
    write_options(tmp_path, "m", "[labels]\nstable = two")
    manager.look()
    manager.look()
    assert fleet.versions() == [("m", 1)]
    assert caplog.text.count("model.toml: not TOML") == 1
    assert entries(manager)["m", 1][1].startswith("served as it was loaded before: model.toml: not TOML")
    write_options(tmp_path, "m", "[labels]\nstable = 2")
    manager.look()
    assert fleet.versions() == [("m", 2)]


def test_a_repository_that_goes_away_leaves_everything_as_it_was(tmp_path: Path, fleet: Served, manage: Make) -> None:
    publish(tmp_path, "m", 1, b"")
    manager = manage()
    tmp_path.rename(tmp_path.with_name("moved"))
    with pytest.raises(ModelRejected, match="is not a folder"):
        manager.look()
    assert fleet.versions() == [("m", 1)]
    assert list(entries(manager)) == [("m", 1)]
    tmp_path.with_name("moved").rename(tmp_path)


def test_callers_choose_only_where_they_may(tmp_path: Path, manage: Make) -> None:
    publish(tmp_path, "m", 1, b"")
    for mode in ("none", "poll"):
        manager = manage(model_control=mode)
        for call in (manager.load, manager.unload):
            with pytest.raises(NotSupported, match=f"--model-control {mode}.*start it with --model-control explicit"):
                call("m")
        manager.stop()


def test_models_are_loaded_and_unloaded_as_callers_say(tmp_path: Path, fleet: Served, manage: Make) -> None:
    publish(tmp_path, "m", 1, b"")
    publish(tmp_path, "n", 1, b"")
    manager = manage(model_control="explicit")
    assert fleet.versions() == []
    assert entries(manager)["m", 1] == ("UNAVAILABLE", "not loaded")
    manager.load("m")
    assert fleet.versions() == [("m", 1)]
    publish(tmp_path, "m", 2, b"")
    assert entries(manager)["m", 2] == ("UNAVAILABLE", "not loaded")
    manager.load("m")
    manager.load("m")
    assert (fleet.versions(), fleet.tries) == ([("m", 2)], 2)
    manager.unload("m")
    assert fleet.versions() == []
    with pytest.raises(ModelNotFound, match="'m' is not loaded"):
        manager.unload("m")


def test_what_cannot_be_loaded_is_refused_and_what_was_loaded_stays(
    tmp_path: Path, fleet: Served, manage: Make
) -> None:
    publish(tmp_path, "m", 1, b"")
    manager = manage(model_control="explicit", load_models=("m",))
    publish(tmp_path, "m", 2, BROKEN)
    for _ in range(2):
        with pytest.raises(NotLoadable, match="'m' cannot be loaded: model m version 2: it is broken"):
            manager.load("m")
    assert fleet.versions() == [("m", 1)]
    assert entries(manager)["m", 2] == ("UNAVAILABLE", "it is broken")


def test_where_nobody_is_left_to_serve_nothing_is_loaded_or_unloaded(
    tmp_path: Path, fleet: Served, manage: Make
) -> None:
    for name in ("m", "n"):
        publish(tmp_path, name, 1, b"")
    manager = manage(model_control="explicit", load_models=("m",))
    fleet.closed = True
    for call, name, what in ((manager.load, "n", "loaded"), (manager.unload, "m", "unloaded")):
        with pytest.raises(NotLoadable, match=f"'{name}' cannot be {what}: the server is shutting down"):
            call(name)
    fleet.closed = False
    manager.unload("m")
    assert fleet.versions() == []


@pytest.mark.parametrize("name", ["", ".", "..", "../models/m", "/etc", "m/1", "m/../m", "a\0b", "unknown"])
def test_only_names_of_the_repository_are_loaded(tmp_path: Path, manage: Make, name: str) -> None:
    publish(tmp_path, "m", 1, b"")
    manager = manage(model_control="explicit")
    with pytest.raises(ModelNotFound, match="in the model repository"):
        manager.load(name)
    with pytest.raises(ModelNotFound, match="is not loaded"):
        manager.unload(name)


@pytest.mark.parametrize(("names", "loaded"), [(("b",), ["b"]), (("*",), ["a", "b"]), (("a", "unknown"), ["a"])])
def test_models_to_load_at_the_start(
    tmp_path: Path,
    fleet: Served,
    manage: Make,
    caplog: pytest.LogCaptureFixture,
    names: tuple[str, ...],
    loaded: list[str],
) -> None:
    for name in ("a", "b"):
        publish(tmp_path, name, 1, b"")
    manage(model_control="explicit", load_models=names)
    assert [name for name, _ in fleet.versions()] == loaded
    assert ("unknown" in names) == ("model unknown cannot be served: it is not in the model repository" in caplog.text)


def test_changes_are_logged(tmp_path: Path, manage: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    publish(tmp_path, "m", 1, b"")
    manager = manage()
    assert not caplog.messages
    publish(tmp_path, "m", 2, b"")
    manager.look()
    assert caplog.messages == ["model m version 2 is served now", "model m version 1 has left service"]
