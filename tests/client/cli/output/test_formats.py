"""The formats of results, and output that cannot be written."""

import csv
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.support.client.bad_pictures import GOOD_NAMES, make_bad_folder
from tests.support.client.command import Lenet


def test_a_table_for_people(lenet: Lenet, folder: Path) -> None:
    done = lenet("classify", folder, "--top-k=2")
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["label", "score", "next", "best", "picture"]
    assert len(rows) == 30
    label, score, _, _, path = rows[0].split()
    assert (label, path) == ("0", str(next(iter(sorted((folder / "0").iterdir())))))
    assert 0 <= float(score) <= 1


def test_csv_and_parquet_have_the_same_results(lenet: Lenet, folder: Path, tmp_path: Path) -> None:
    assert lenet("classify", folder, "--format=csv", "--output", tmp_path / "out.csv").returncode == 0
    assert lenet("classify", folder, "--format=parquet", "--output", tmp_path / "out.parquet").returncode == 0
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    table = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [(each["path"], each["label"]) for each in rows] == [(each["path"], each["label"]) for each in table]
    assert len(rows) == 30


@pytest.mark.parametrize("form", ["table", "csv"])
def test_unusual_file_names_keep_the_format_valid(lenet: Lenet, folder: Path, tmp_path: Path, form: str) -> None:
    bad = tmp_path / "bad"
    reasons = make_bad_folder(bad, next((folder / "7").iterdir()))
    done = lenet("classify", bad, "--format", form, "--output", tmp_path / "out", errors="surrogateescape")
    assert done.returncode == 1
    with (tmp_path / "out").open(errors="surrogateescape", newline="") as file:
        rows = list(csv.reader(file)) if form == "csv" else file.read().splitlines()
    assert len(rows) == 1 + len(GOOD_NAMES) + len(reasons)


def test_singular_and_a_missing_output_folder(lenet: Lenet, samples: dict[Path, str], tmp_path: Path) -> None:
    file = next(iter(samples))
    done = lenet("classify", file, "--copy-to", tmp_path / "out")
    assert [each.split(" ", 2)[:2] for each in done.stderr.splitlines()] == [["1", "picture"]] * 2
    done = lenet("classify", file, "--format=jsonl", "--output", tmp_path / "none/out.jsonl")
    part = tmp_path / "none/out.jsonl.part"
    assert done.returncode == 2
    assert done.stderr == f"lenet: {part} cannot be written: No such file or directory\n"


def test_an_unwritable_output_is_one_line(lenet: Lenet, folder: Path, tmp_path: Path) -> None:
    done = lenet("classify", folder, "--output", tmp_path / "nowhere" / "out")
    assert done.returncode == 2
    assert "nowhere/out.part" in done.stderr
    assert "Traceback" not in done.stderr
