"""Resuming runs that were killed, interrupted, stopped by a full disk, or complete."""

import contextlib
import json
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.client.command import Command, Lenet
from tests.support.disks import small_file_system
from tests.support.processes import BIN, TIMEOUT

PICTURES = 600
KILLS = 3


@pytest.fixture
def many(samples: dict[Path, str], tmp_path: Path) -> list[str]:
    """The paths of many pictures: links to the samples."""
    files = sorted(samples, key=lambda file: file.stat().st_size)[:3]  # the fastest to decode
    for index in range(PICTURES):
        (tmp_path / f"{index:05}.png").symlink_to(files[index % len(files)])
    return [str(tmp_path / f"{index:05}.png") for index in range(PICTURES)]


def test_killed_at_random_moments_and_resumed(many: list[str], tmp_path: Path, address: str) -> None:
    """The last path is sent only to the last run, so no earlier run can complete."""
    output, part = tmp_path / "out.jsonl", tmp_path / "out.jsonl.part"
    flags = ("--server", address, "--format=jsonl", "--output", output, "--resume")
    command: list[str | Path] = [BIN / "lenet", "classify", "-", *flags]
    chance, sizes = random.Random(5), []  # noqa: S311
    for _ in range(KILLS):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdin
            process.stdin.write("\n".join(many[:-1]).encode() + b"\n")
            process.stdin.flush()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0.2, 0.8))
            process.kill()
        assert not output.exists()
        sizes.append(part.stat().st_size if part.exists() else 0)
    assert sizes == sorted(sizes)
    subprocess.run(command, input="\n".join(many).encode(), check=True, capture_output=True, timeout=TIMEOUT)
    assert [json.loads(line)["path"] for line in output.read_text().splitlines()] == many
    assert not part.exists()


def test_an_interrupt_prints_how_to_resume(many: list[str], tmp_path: Path, address: str) -> None:
    output, part = tmp_path / "out.jsonl", tmp_path / "out.jsonl.part"
    flags = ("--server", address, "--format=jsonl", "--output", output, "--verbose")
    command: list[str | Path] = [BIN / "lenet", "classify", "-", *flags]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write("\n".join([*many, "nowhere.png", *many]) + "\n")
        process.stdin.flush()
        for line in process.stderr:
            if line.startswith("nowhere.png: "):
                break
        process.send_signal(signal.SIGINT)
        try:
            _, said = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()  # in case it has not ended
    assert process.returncode == 130
    assert said.splitlines() == [
        f"{part} has the results so far: the same command with --resume continues",
        "lenet: interrupted",
    ]
    assert len(part.read_text().splitlines()) > PICTURES


def test_a_truncated_result_is_reported(command: Command, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    flags = ("classify", folder, "--format=jsonl", "--output", output, "--resume")
    assert command(*flags).status == 0
    output.write_bytes(output.read_bytes()[:-9])
    again = command(*flags)
    assert again.status == 2
    assert f"{output} ends within a line" in again.err


def test_a_complete_run_is_not_repeated(command: Command, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    flags = ("classify", folder, "--format=jsonl", "--output", output, "--resume", "--labels-from-folders")
    first = command(*flags)
    written = output.stat().st_mtime_ns
    again = command(*flags)
    assert (first.status, again.status) == (0, 0)
    assert "30 from an earlier run" in again.err
    assert again.err.partition("accuracy")[2] == first.err.partition("accuracy")[2]
    assert output.stat().st_mtime_ns == written
    (folder / "9" / "new.png").write_bytes(next((folder / "9").iterdir()).read_bytes())
    more = command(*flags)
    assert more.status == 2
    assert "the pictures are not those" in more.err or "new.png is not in it" in more.err


def test_a_complete_file_is_not_extended(command: Command, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    flags = ("--format=jsonl", "--output", output, "--resume")
    assert command("classify", folder / "0", *flags).status == 0
    text = output.read_text()
    done = command("classify", folder / "0", folder / "1", *flags)
    assert done.status == 2
    assert f"{output} is complete, and {folder}/1/" in done.err
    assert output.read_text() == text


@pytest.mark.parametrize("line", ["nonsense\n", "[1]\n", '{"path": "x"}\n', '{"path": "x", "top": 3}\n'])
def test_other_files_are_not_resumed(command: Command, folder: Path, tmp_path: Path, line: str) -> None:
    part = tmp_path / "out.jsonl.part"
    part.write_text(line)
    done = command("classify", folder, "--format=jsonl", "--output", tmp_path / "out.jsonl", "--resume")
    assert done.status == 2
    assert f"{part} is not a jsonl result of lenet classify" in done.err
    assert part.read_text() == line


def test_min_score_must_be_as_in_the_earlier_run(command: Command, folder: Path, tmp_path: Path) -> None:
    flags = ("classify", folder, "--format=jsonl", "--output", tmp_path / "out.jsonl")
    assert command(*flags).status == 0
    (tmp_path / "out.jsonl").rename(tmp_path / "out.jsonl.part")
    done = command(*flags, "--resume", "--min-score=0.5")
    assert done.status == 2
    assert "the earlier run was without --min-score" in done.err


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    with small_file_system(tmp_path / "disk", "64k") as folder:
        yield folder


def test_a_full_disk_loses_nothing(command: Command, many: list[str], small_disk: Path, tmp_path: Path) -> None:
    output, part = small_disk / "out.jsonl", small_disk / "out.jsonl.part"
    flags = ("classify", f"{tmp_path}/*.png", "--format=jsonl", "--output", output)
    done = command(*flags)
    assert done.status == 2
    remedy = "with room on the disk, the same command with --resume continues"
    assert done.err == f"lenet: {part} cannot be written: No space left on device; {remedy}\n"
    assert not output.exists()
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    assert command(*flags, "--resume").status == 0
    assert [json.loads(line)["path"] for line in output.read_text().splitlines()] == many


@pytest.mark.parametrize("form", ["csv", "parquet", "table"])
def test_a_full_disk_is_one_line_in_every_format(
    command: Command, many: list[str], small_disk: Path, form: str
) -> None:
    with (small_disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(1024))
    done = command("classify", *many[:100], "--format", form, "--output", small_disk / "out")
    assert done.status == 2
    assert done.err.startswith(f"lenet: {small_disk}/out.part cannot be written: ")
    assert "No space left on device" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_full_standard_output_is_one_line(folder: Path, address: str) -> None:
    with Path("/dev/full").open("w") as full:
        command: list[str | Path] = [BIN / "lenet", "classify", folder, "--server", address]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=TIMEOUT)
    assert done.returncode == 2
    assert done.stderr == "lenet: standard output cannot be written: No space left on device\n"


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


def test_resuming_with_other_pictures_is_refused(lenet: Lenet, folder: Path, tmp_path: Path) -> None:
    part = tmp_path / "out.jsonl.part"
    part.write_text('{"path": "other.png", "label": "1", "score": 1.0, "top": [["1", 1.0]], "error": null}\n')
    done = lenet("classify", folder, "--format=jsonl", "--output", tmp_path / "out.jsonl", "--resume")
    assert done.returncode == 2
    assert "the pictures are not those of the earlier run: other.png then" in done.stderr
    assert part.exists()


def test_the_file_of_an_interrupted_run_is_not_overwritten(lenet: Lenet, folder: Path, tmp_path: Path) -> None:
    part = tmp_path / "out.jsonl.part"
    part.write_text("precious\n")
    done = lenet("classify", folder, "--format=jsonl", "--output", tmp_path / "out.jsonl")
    assert done.returncode == 2
    assert "out.jsonl.part is left from an interrupted run: continue it with --resume" in done.stderr
    assert part.read_text() == "precious\n"
