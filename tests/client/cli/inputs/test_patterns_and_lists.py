"""Patterns, and lists on standard input."""

import io
import os
import sys
from pathlib import Path

import pytest

from lenet_client.cli.inputs.discovery import find_pictures
from tests.support.client.command import Command


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of empty files, which is the working directory."""
    for name in ("a.png", "b.jpg", "x/1.png", "x/y/2.png", "x/y/z/3.png", "x/.hidden/4.png", "w/5.png", "[1].png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.png", "[1].png a.png"),
        ("**/*.png", "[1].png a.png w/5.png x/1.png x/y/2.png x/y/z/3.png"),
        ("x/**/*.png", "x/1.png x/y/2.png x/y/z/3.png"),
        ("x/**/**/3.png", "x/y/z/3.png"),
        ("x/**", "x/1.png x/y/2.png x/y/z/3.png"),
        ("**/y/*", "x/y/2.png"),
        ("[wx]", "w/5.png x/1.png x/y/2.png x/y/z/3.png"),
        ("?/*.png", "w/5.png x/1.png"),
        ("?/y/2.png", "x/y/2.png"),
        ("[1].png", "[1].png"),
        ("./*.jpg", "./b.jpg"),
    ],
)
def test_a_pattern_matches_files_in_order(tree: Path, pattern: str, found: str) -> None:
    assert " ".join(path for path, _ in find_pictures([pattern])) == found
    assert [path for path, _ in find_pictures([f"{tree}/{pattern}"])] == [
        str(tree / name) if not name.startswith("./") else f"{tree}/{name}" for name in found.split()
    ]


def test_a_pattern_without_matches_fails_with_a_line(command: Command, tmp_path: Path) -> None:
    done = command("classify", tmp_path / "*.png", "--format=csv")
    assert done.status == 1
    assert f"{tmp_path}/*.png,,,cannot be read: no file matches this pattern" in done.out


def test_a_folder_without_files_is_reported_but_no_failure(command: Command, tmp_path: Path) -> None:
    done = command("classify", tmp_path)
    assert done.status == 0
    assert f"there is no file in {tmp_path}" in done.err


@pytest.mark.parametrize(("end", "flags"), [("\n", ()), ("\0", ("--null",))])
def test_a_list_on_standard_input(
    end: str, flags: tuple[str, ...], command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seven, three = sorted((folder / "7").iterdir())[0], folder / "3"
    names = f"{seven}{end}{end}{three}{end}{seven}"  # the last one has no line end
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(names.encode())))
    done = command("classify", "-", *flags, "--format=csv")
    assert done.status == 0
    listed = [row.partition(",")[0] for row in done.out.splitlines()[1:]]
    assert listed == [str(seven), *map(str, sorted(three.iterdir())), str(seven)]


def test_the_output_file_is_not_classified(command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for _ in range(2):
        assert command("classify", ".", "--format=csv", "--output=results.csv").status == 0
        assert len((folder / "results.csv").read_text().splitlines()) == 31


def test_paths_in_a_list_may_be_any_bytes(tree: Path) -> None:
    name = b"latin-\xe9.png"
    (tree / os.fsdecode(name)).touch()
    assert [path for path, _ in find_pictures(["-"], standard_input=io.BytesIO(name))] == [os.fsdecode(name)]


@pytest.mark.parametrize(("flags", "remedy"), [(("--null",), "without --null"), ((), "--null is for lists")])
def test_a_list_with_other_line_ends_is_explained(
    flags: tuple[str, ...], remedy: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("x" * 100 + ("\n" if flags else "\0")) * 1000
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(names.encode())))
    done = command("classify", "-", *flags)
    assert done.status == 2
    assert remedy in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "-"], "- is standard input, which can be read once"),
        (["x", "--null"], "give - as PATH"),
        (["x", "--dry-run"], "give one of them"),
        (["x", "--copy-to=a", "--move-to=b"], "not allowed with"),
        (["x", "--quiet", "--verbose"], "not allowed with"),
        (["x", "--min-score=2"], "'2' is not a score from 0 to 1"),
    ],
)
def test_usage_is_explained(command: Command, arguments: list[str], message: str) -> None:
    done = command("classify", *arguments)
    assert done.status == 2
    assert message in done.err
