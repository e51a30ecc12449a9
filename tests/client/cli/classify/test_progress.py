"""Progress on standard error."""

import os
import pty
import subprocess
from pathlib import Path

from lenet_client.cli.classify.file_count import FileCount
from lenet_client.cli.classify.tally import Tally
from tests.support.client.command import Command
from tests.support.processes import BIN, TIMEOUT


def test_quiet_prints_nothing_and_verbose_each_failure(command: Command, folder: Path) -> None:
    (folder / "broken.png").write_text("no picture")
    assert command("classify", folder, "--quiet").err == ""
    said = command("classify", folder, "--verbose").err.splitlines()
    assert said[0].endswith(": model lenet version 1, 10 labels, input 1×28×28")
    assert said[1].startswith(f"{folder}/broken.png: not a picture")
    assert said[2].startswith("31 pictures, 1 failed in ")
    assert len(said) == 3


def test_a_terminal_shows_a_bar_and_keeps_the_summary(folder: Path, address: str) -> None:
    terminal, side = pty.openpty()
    flags = ("--server", address, "--format=csv", "--verbose")
    command: list[str | Path] = [BIN / "lenet", "classify", folder, *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=side) as process:
        os.close(side)
        seen = b""
        while chunk := read(terminal):
            seen += chunk
        assert process.stdout
        assert len(process.stdout.read().splitlines()) == 31
    os.close(terminal)
    assert process.wait(TIMEOUT) == 0
    assert b"30 pictures in" in seen.splitlines()[-1]
    assert b"\x1b[" in seen


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux reports that the other side of a terminal was closed
        return b""


def test_files_are_counted_in_the_background(folder: Path, tmp_path: Path) -> None:
    for paths, pictures in (
        ([folder], 30),
        ([folder, f"{folder}/**/7_*"], 33),
        ([folder / "7", tmp_path / "nowhere.png"], 4),
        (["-"], None),
    ):
        total = FileCount(map(str, paths))
        total.start()
        total.wait()
        assert total.total == pictures
    (folder / "a.zip").touch()
    total = FileCount([str(folder)])
    total.start()
    total.wait()
    assert total.total is None


def test_the_remaining_time_needs_the_total() -> None:
    tally = Tally()
    assert tally.remaining(100) == ""
    tally.pictures = 50
    assert tally.remaining(None) == ""
    assert tally.remaining(100) == ", 0:00:00 left of 100"
