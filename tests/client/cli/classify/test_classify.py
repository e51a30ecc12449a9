"""`lenet classify`, run as a process against a real server."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.client.bad_pictures import GOOD_NAMES, make_bad_folder
from tests.support.client.command import Lenet, json_lines
from tests.support.processes import BIN


def test_a_json_line_for_each_picture_in_a_stable_order(lenet: Lenet, folder: Path) -> None:
    done = lenet("classify", folder, "--format=jsonl")
    assert done.returncode == 0
    records = json_lines(done.stdout)
    assert [each["path"] for each in records] == sorted(str(file) for file in folder.rglob("*.*"))
    for record in records:
        assert list(record) == ["path", "label", "score", "top", "error"]
        assert record["top"][0] == [record["label"], record["score"]]
        assert (len(record["top"]), record["error"]) == (3, None)
    assert "30 pictures in" in done.stderr


def test_accuracy_by_folder(lenet: Lenet, folder: Path) -> None:
    done = lenet("classify", folder, "--format=jsonl", "--labels-from-folders")
    right = sum(each["label"] == Path(each["path"]).parent.name for each in json_lines(done.stdout))
    assert f"accuracy: {right} of 30 right" in done.stderr
    assert right >= 27
    matrix = done.stderr.partition("true / predicted")[2].partition("\n\n")[0].splitlines()
    assert matrix[0].split() == list("0123456789")
    assert len(matrix) == 11


def test_bad_pictures_have_reasons_and_good_ones_predictions(lenet: Lenet, folder: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    reasons = make_bad_folder(bad, next((folder / "7").iterdir()))
    done = lenet("classify", bad, "--format=jsonl")
    assert done.returncode == 1
    records = {os.path.relpath(each["path"], bad): each for each in json_lines(done.stdout)}
    answered = {name: each["label"] for name, each in records.items() if each["error"] is None}
    assert answered == dict.fromkeys(GOOD_NAMES, "7")
    assert {name for name, each in records.items() if each["error"]} == set(reasons)
    for name, reason in reasons.items():
        assert reason in records[name]["error"]
    assert f"{len(records)} pictures, {len(reasons)} failed" in done.stderr


def test_a_file_over_the_size_limit_fails_alone(lenet: Lenet, folder: Path) -> None:
    with (folder / "4" / "film.png").open("wb") as file:
        file.truncate(10**10)
    done = lenet("classify", folder, "--format=jsonl")
    assert done.returncode == 1
    (failed,) = (each for each in json_lines(done.stdout) if each["error"])
    assert failed["path"].endswith("4/film.png")
    assert "larger than" in failed["error"]
    assert len(json_lines(done.stdout)) == 31


def test_error_on_failure_stops_at_the_first_failure(lenet: Lenet, folder: Path) -> None:
    (folder / "4" / "0.png").write_text("no picture")
    done = lenet("classify", folder, "--format=jsonl", "--error-on-failure")
    assert done.returncode == 1
    assert json_lines(done.stdout)[-1]["path"].endswith("4/0.png")
    assert "4/0.png: not a picture" in done.stderr


def test_a_model_is_selected_by_name_and_version(lenet: Lenet, folder: Path) -> None:
    assert lenet("classify", folder, "--model=lenet:1").returncode == 0
    done = lenet("classify", folder, "--model=lenet:2")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no version 2 of model 'lenet'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "PATH"),
        (["x", "--top-k=0"], "--top-k: '0' is not a whole number from 1 to 2,147,483,647"),
        (["x", "--model=lenet:-1"], "a version is a whole number"),
        (["x", "--format=xml"], "invalid choice"),
        (["x", "--format=parquet"], "--format parquet needs --output"),
        (["x", "--resume"], "--resume needs --format jsonl and --output"),
        (["x", "--model=lenet:99999999999999999999"], "a version is a whole number"),
        (["x", "--top-k=99999999999"], "--top-k: '99999999999' is not a whole number"),
        (["x", "--timeout=never"], "--timeout: 'never' is not a number of seconds"),
    ],
)
def test_usage_is_explained(lenet: Lenet, arguments: list[str], message: str) -> None:
    done = lenet("classify", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_closed_pipe_is_not_an_error(address: str, folder: Path) -> None:
    pipe = f"{BIN / 'lenet'} classify {folder} --server {address} | head -1"
    done = subprocess.run(["sh", "-c", pipe], capture_output=True, text=True, check=True, timeout=30)
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
