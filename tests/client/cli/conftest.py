"""Runs `lenet` against one real server; the commands do not depend on the server's transport."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from lenet_client.cli import main
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.client.command import Command, CommandResult, Lenet
from tests.support.processes import run


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """HOST:PORT of the running server."""
    settings = Settings(model_repository=ROOT / "models", host="127.0.0.1", port=0, http_port=0)
    with App(settings, CollectorRegistry()) as app:
        yield f"127.0.0.1:{app.grpc_port}"


@pytest.fixture
def command(address: str, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `lenet COMMAND …` in this process against the running server."""

    def call(*arguments: str | os.PathLike[str]) -> CommandResult:
        try:
            status = main([*(os.fspath(each) for each in arguments), "--server", address])
        except SystemExit as end:  # as argparse ends
            status = int(end.code or 0)
        return CommandResult(status, *capsys.readouterr())

    return call


@pytest.fixture
def lenet(address: str) -> Lenet:
    """Run `lenet COMMAND …` as a process against the running server."""

    def call(*arguments: str | os.PathLike[str], **options: Any) -> CompletedProcess[str]:
        return run("lenet", *arguments, "--server", address, **options)

    return call


@pytest.fixture
def folder(samples: dict[Path, str], tmp_path: Path) -> Path:
    """The samples, each in a folder named by its label."""
    for file, label in samples.items():
        (tmp_path / "pictures" / label).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, tmp_path / "pictures" / label / file.name)
    return tmp_path / "pictures"
