"""What all commands share: addresses, the exit status of an unreachable server, --version."""

import socket
import time
from pathlib import Path

import pytest

from tests.support.processes import run


def test_an_address_without_a_port_is_a_usage_error(folder: Path) -> None:
    done = run("lenet", "classify", folder, "--server=localhost")
    assert done.returncode == 2
    assert "'localhost' has no port" in done.stderr


def test_the_version_is_printed() -> None:
    assert run("lenet", "--version").stdout == "lenet 0.1.0\n"


@pytest.mark.parametrize("command", [["classify", "x.png"], ["health"], ["models"]])
def test_an_unreachable_server_is_status_3_and_one_line(command: list[str]) -> None:
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
