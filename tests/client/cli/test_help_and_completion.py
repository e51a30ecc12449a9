"""The imports of the help, and the completion scripts."""

import subprocess
import sys

import pytest

from tests.support.processes import BIN, TIMEOUT


@pytest.mark.parametrize("arguments", ["'--help'", "'classify', '--help'"])
def test_the_help_imports_no_heavy_package(arguments: str) -> None:
    """Imports determine its time; they are counted, because a time would depend on the machine."""
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
