"""The manager keeps a fleet in step with the repository: what it plans, reports, and tries again."""

import logging
from pathlib import Path

import pytest

from lenet_server.errors import ModelRejected
from lenet_server.repository.index import IndexEntry
from tests.support.server.fleet import BROKEN, Make, Served, entries
from tests.support.server.repositories import publish, withdraw, write_options


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


def test_changes_are_logged(tmp_path: Path, manage: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    publish(tmp_path, "m", 1, b"")
    manager = manage()
    assert not caplog.messages
    publish(tmp_path, "m", 2, b"")
    manager.look()
    assert caplog.messages == ["model m version 2 is served now", "model m version 1 has left service"]
