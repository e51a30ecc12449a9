"""The command `lenet`, run as a process against a real server."""

import csv
import json
import os
import shutil
import socket
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pyarrow.parquet
import pytest

from tests.support.processes import BIN, run

Lenet = Callable[..., CompletedProcess[str]]


@pytest.fixture
def lenet(address: str) -> Lenet:
    """Run `lenet COMMAND …` against the running server."""

    def call(*arguments: str | os.PathLike[str], **options: Any) -> CompletedProcess[str]:
        return run("lenet", *arguments, "--server", address, **options)

    return call


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_json_line_for_each_picture_in_a_stable_order(lenet: Lenet, folder: Path) -> None:
    done = lenet("classify", folder, "--format=jsonl")
    assert done.returncode == 0
    records = lines(done.stdout)
    assert [each["path"] for each in records] == sorted(str(file) for file in folder.rglob("*.*"))
    for record in records:
        assert list(record) == ["path", "label", "score", "top", "error"]
        assert record["top"][0] == [record["label"], record["score"]]
        assert (len(record["top"]), record["error"]) == (3, None)
    assert "30 pictures in" in done.stderr


def test_one_picture_is_one_and_a_missing_folder_is_no_full_disk(
    lenet: Lenet, samples: dict[Path, str], tmp_path: Path
) -> None:
    file = next(iter(samples))
    done = lenet("classify", file, "--copy-to", tmp_path / "out")
    assert [each.split(" ", 2)[:2] for each in done.stderr.splitlines()] == [["1", "picture"]] * 2
    done = lenet("classify", file, "--format=jsonl", "--output", tmp_path / "none/out.jsonl")
    part = tmp_path / "none/out.jsonl.part"
    assert done.returncode == 2
    assert done.stderr == f"lenet: {part} cannot be written: No such file or directory\n"


def test_a_table_for_people(lenet: Lenet, folder: Path) -> None:
    done = lenet("classify", folder, "--top-k=2")
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["label", "score", "next", "best", "picture"]
    assert len(rows) == 30
    label, score, _, _, path = rows[0].split()
    assert (label, path) == ("0", str(next(iter(sorted((folder / "0").iterdir())))))
    assert 0 <= float(score) <= 1


def test_csv_and_parquet_say_the_same(lenet: Lenet, folder: Path, tmp_path: Path) -> None:
    assert lenet("classify", folder, "--format=csv", "--output", tmp_path / "out.csv").returncode == 0
    assert lenet("classify", folder, "--format=parquet", "--output", tmp_path / "out.parquet").returncode == 0
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    table = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [(each["path"], each["label"]) for each in rows] == [(each["path"], each["label"]) for each in table]
    assert len(rows) == 30


def test_accuracy_by_folder(lenet: Lenet, folder: Path) -> None:
    done = lenet("classify", folder, "--format=jsonl", "--labels-from-folders")
    right = sum(each["label"] == Path(each["path"]).parent.name for each in lines(done.stdout))
    assert f"accuracy: {right} of 30 right" in done.stderr
    assert right >= 27
    matrix = done.stderr.partition("true / predicted")[2].partition("\n\n")[0].splitlines()
    assert matrix[0].split() == list("0123456789")
    assert len(matrix) == 11


# A name that is not UTF-8 comes from the file system with its odd byte as a lone surrogate.
GOOD_NAMES = ("good.png", "sub/deeper/also good.png", "größe-数字.png", "two\nlines.png", "latin-\udce9.png")


def make_bad_folder(folder: Path, good: Path) -> dict[str, str]:
    """All that goes wrong in real folders; returns what each bad file's reason must contain."""
    jpeg = next(good.parent.parent.rglob("*.jpg")).read_bytes()
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    huge = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + b"IHDR" + header
    huge += struct.pack(">I", zlib.crc32(b"IHDR" + header))
    (folder / "sub" / "deeper").mkdir(parents=True)
    for name in GOOD_NAMES:
        shutil.copy(good, folder / name)
    (folder / "empty.png").touch()
    (folder / "text.png").write_text("I am not a picture.")
    (folder / "truncated.jpg").write_bytes(jpeg[: len(jpeg) // 2])
    (folder / "huge.png").write_bytes(huge)
    (folder / "unreadable.png").symlink_to("/proc/self/mem")  # opens, but cannot be read: not even by root
    (folder / "broken-link.png").symlink_to(folder / "nowhere.png")
    return {
        "broken-link.png": "No such file",
        "empty.png": "empty",
        "huge.png": "50000×50000",
        "text.png": "not a picture",
        "truncated.jpg": "truncated",
        "unreadable.png": "cannot be read: Input/output error",
    }


def test_every_bad_picture_has_its_reason_and_every_good_one_its_answer(
    lenet: Lenet, folder: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad"
    reasons = make_bad_folder(bad, next((folder / "7").iterdir()))
    done = lenet("classify", bad, "--format=jsonl")
    assert done.returncode == 1
    records = {os.path.relpath(each["path"], bad): each for each in lines(done.stdout)}
    answered = {name: each["label"] for name, each in records.items() if each["error"] is None}
    assert answered == dict.fromkeys(GOOD_NAMES, "7")
    assert {name for name, each in records.items() if each["error"]} == set(reasons)
    for name, reason in reasons.items():
        assert reason in records[name]["error"]
    assert f"{len(records)} pictures, {len(reasons)} failed" in done.stderr


@pytest.mark.parametrize("form", ["table", "csv"])
def test_strange_names_break_no_form(lenet: Lenet, folder: Path, tmp_path: Path, form: str) -> None:
    bad = tmp_path / "bad"
    reasons = make_bad_folder(bad, next((folder / "7").iterdir()))
    done = lenet("classify", bad, "--format", form, "--output", tmp_path / "out", errors="surrogateescape")
    assert done.returncode == 1
    with (tmp_path / "out").open(errors="surrogateescape", newline="") as file:
        rows = list(csv.reader(file)) if form == "csv" else file.read().splitlines()
    assert len(rows) == 1 + len(GOOD_NAMES) + len(reasons)


def test_the_first_failure_can_end_the_run(lenet: Lenet, folder: Path) -> None:
    (folder / "4" / "0.png").write_text("no picture")
    done = lenet("classify", folder, "--format=jsonl", "--error-on-failure")
    assert done.returncode == 1
    assert lines(done.stdout)[-1]["path"].endswith("4/0.png")
    assert "4/0.png: not a picture" in done.stderr


def test_an_interrupted_run_is_resumed(lenet: Lenet, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    arguments = ("classify", folder, "--format=jsonl", "--labels-from-folders", "--output", output)
    whole = lenet(*arguments)
    text = output.read_text()
    cut = text.index("\n", len(text) // 2) + 20  # in the middle of a line
    output.unlink()
    Path(f"{output}.part").write_text(text[:cut])
    resumed = lenet(*arguments, "--resume")
    assert resumed.returncode == 0
    assert output.read_text() == text
    assert not Path(f"{output}.part").exists()
    assert resumed.stderr.partition("accuracy")[2] == whole.stderr.partition("accuracy")[2]


def test_a_resume_with_other_pictures_is_refused(lenet: Lenet, folder: Path, tmp_path: Path) -> None:
    part = tmp_path / "out.jsonl.part"
    part.write_text('{"path": "other.png", "label": "1", "score": 1.0, "top": [["1", 1.0]], "error": null}\n')
    done = lenet("classify", folder, "--format=jsonl", "--output", tmp_path / "out.jsonl", "--resume")
    assert done.returncode == 2
    assert "the pictures are not those of the earlier run: other.png then" in done.stderr
    assert part.exists()


def test_what_an_interrupted_run_left_is_not_overwritten(lenet: Lenet, folder: Path, tmp_path: Path) -> None:
    part = tmp_path / "out.jsonl.part"
    part.write_text("precious\n")
    done = lenet("classify", folder, "--format=jsonl", "--output", tmp_path / "out.jsonl")
    assert done.returncode == 2
    assert "out.jsonl.part is left from an interrupted run: continue it with --resume" in done.stderr
    assert part.read_text() == "precious\n"


def test_a_file_too_large_to_be_a_picture_costs_nobody_else_an_answer(lenet: Lenet, folder: Path) -> None:
    with (folder / "4" / "film.png").open("wb") as file:
        file.truncate(10**10)
    done = lenet("classify", folder, "--format=jsonl")
    assert done.returncode == 1
    (failed,) = (each for each in lines(done.stdout) if each["error"])
    assert failed["path"].endswith("4/film.png")
    assert "larger than" in failed["error"]
    assert len(lines(done.stdout)) == 31


def test_an_address_without_a_port_is_usage(folder: Path) -> None:
    done = run("lenet", "classify", folder, "--server=localhost")
    assert done.returncode == 2
    assert "'localhost' has no port" in done.stderr


def test_the_version_is_told() -> None:
    assert run("lenet", "--version").stdout == "lenet 0.1.0\n"


def test_a_model_is_chosen_by_name_and_version(lenet: Lenet, folder: Path) -> None:
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


def test_an_output_that_cannot_be_written_is_one_line(lenet: Lenet, folder: Path, tmp_path: Path) -> None:
    done = lenet("classify", folder, "--output", tmp_path / "nowhere" / "out")
    assert done.returncode == 2
    assert "nowhere/out.part" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["classify", "x.png"], ["health"], ["models"]])
def test_a_dead_server_is_status_3_and_one_line(command: list[str]) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{reserved.getsockname()[1]}"
        start = time.monotonic()
        done = run("lenet", *command, "--server", server, "--timeout=5")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith(f"lenet: no answer: {server}")
    assert len(done.stderr.splitlines()) == 1
    assert time.monotonic() - start < 5


def test_health_and_models(lenet: Lenet, address: str) -> None:
    assert lenet("health").stdout == f"{address}: serving\n"
    assert json.loads(lenet("health", "--json").stdout) == {"server": address, "healthy": True}
    assert lenet("models").stdout.splitlines()[1].split()[:3] == ["lenet", "1", "1×28×28"]
    (model,) = json.loads(lenet("models", "--json").stdout)
    assert (model["name"], model["version"]) == ("lenet", 1)


def test_a_reader_that_has_seen_enough_is_no_error(address: str, folder: Path) -> None:
    pipe = f"{BIN / 'lenet'} classify {folder} --server {address} | head -1"
    done = subprocess.run(["sh", "-c", pipe], capture_output=True, text=True, check=True, timeout=30)
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
