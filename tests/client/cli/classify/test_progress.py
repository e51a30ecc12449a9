"""What is said on standard error while a run goes on, and what the help costs."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from lenet_client.cli.classify.file_count import FileCount
from lenet_client.cli.classify.tally import Tally
from tests.support.client.command import Command
from tests.support.processes import BIN, TIMEOUT


def test_quiet_says_nothing_and_verbose_each_failure(command: Command, folder: Path) -> None:
    (folder / "broken.png").write_text("no picture")
    assert command("classify", folder, "--quiet").err == ""
    said = command("classify", folder, "--verbose").err.splitlines()
    assert said[0].endswith(": model lenet version 1, 10 labels, input 1×28×28")
    assert said[1].startswith(f"{folder}/broken.png: not a picture")
    assert said[2].startswith("31 pictures, 1 failed in ")
    assert len(said) == 3


def test_a_terminal_gets_a_moving_line_and_keeps_the_last(folder: Path, address: str) -> None:
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
    except OSError:  # how a terminal says that nobody is at the other side any more
        return b""


def test_the_total_is_counted_beside_the_work(folder: Path, tmp_path: Path) -> None:
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


def test_the_remaining_time_is_known_once_the_total_is() -> None:
    tally = Tally()
    assert tally.remaining(100) == ""
    tally.pictures = 50
    assert tally.remaining(None) == ""
    assert tally.remaining(100) == ", 0:00:00 left of 100"


@pytest.mark.parametrize("arguments", ["'--help'", "'classify', '--help'"])
def test_the_help_loads_nothing_heavy(arguments: str) -> None:
    """Its time is the time of its imports: counted, as a time would depend on the machine."""
    code = f"import sys, lenet_client.cli\ntry: lenet_client.cli.main([{arguments}])\nexcept SystemExit: pass\n"
    code += "print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=TIMEOUT
    )
    loaded = done.stderr.split()
    assert "usage: lenet" in done.stdout
    packages = {name.partition(".")[0] for name in loaded}
    assert not packages & {"grpc", "google", "rich", "asyncio", "ssl", "json", "csv", "zipfile", "shtab"}
    assert len(loaded) < 120


@pytest.mark.parametrize(
    ("shell", "sign"), [("bash", "complete "), ("zsh", "#compdef lenet"), ("fish", "complete -c lenet")]
)
def test_completion(shell: str, sign: str) -> None:
    done = subprocess.run(
        [BIN / "lenet", "completion", shell], capture_output=True, text=True, check=True, timeout=TIMEOUT
    )
    assert sign in done.stdout
    assert "labels-from-folders" in done.stdout


def test_bash_completes_commands_options_and_choices() -> None:
    script = f"""
    PATH={BIN}:$PATH
    eval "$(lenet completion bash)"
    complete_lenet=$(complete -p lenet | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    ask() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); $complete_lenet; echo "${{COMPREPLY[*]}}"; }}
    ask lenet cl; ask lenet classify --labels-; ask lenet classify --format cs
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=TIMEOUT)
    assert done.stdout.split() == ["classify", "--labels-from-folders", "csv"]
