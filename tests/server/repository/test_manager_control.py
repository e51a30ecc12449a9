"""Models loaded and unloaded by API calls, and at the start with --load-models."""

from pathlib import Path

import pytest

from lenet_server.errors import ModelNotFound, NotLoadable, NotSupported
from tests.support.server.fleet import BROKEN, Make, Served, entries
from tests.support.server.repositories import publish


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
