"""Versions selected by alias, in the library and on the command line."""

import asyncio
import json
import shutil
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from lenet_client import AsyncClient, Client, ModelNotFound
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.processes import run

PICTURE = ROOT / "samples/3_0.webp"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """HOST:PORT of a server with version 1, which has the alias "stable", and version 2, the newest."""
    models = tmp_path_factory.mktemp("models")
    for version in ("1", "2"):
        shutil.copytree(ROOT / "models/lenet/1", models / "lenet" / version)
    (models / "lenet/model.toml").write_text("[labels]\nstable = 1\n")
    with App(Settings(model_repository=models, port=0, http_port=0), CollectorRegistry()) as app:
        yield f"127.0.0.1:{app.grpc_port}"


def test_the_library(server: str) -> None:
    with Client(server) as client:
        assert client.classify(PICTURE, model="lenet", version="stable").label == "3"
        stable, newest = client.models()
        assert (client.model(version="stable"), client.model()) == (stable, newest)
        assert (stable.version, stable.version_aliases, newest.version_aliases) == (1, ("stable",), ())
        assert stable.version_labels == stable.version_aliases
        with pytest.raises(
            ModelNotFound, match=r"no version 'canary' of model 'lenet': this server has 1 \(stable\), 2"
        ):
            client.classify(PICTURE, version="canary")


def test_the_library_for_asyncio(server: str) -> None:
    async def classify() -> int:
        async with AsyncClient(server) as client:
            assert (await client.classify(PICTURE, version="stable")).label == "3"
            return (await client.model(version="stable")).version

    assert asyncio.run(classify()) == 1


def test_the_command_line(server: str) -> None:
    flags = ("classify", PICTURE, "--server", server, "--format", "jsonl")
    done = run("lenet", *flags, "--model", "lenet:stable")
    assert (done.returncode, json.loads(done.stdout)["label"]) == (0, "3")
    done = run("lenet", *flags, "--model", "lenet:canary")
    assert done.returncode == 2
    assert "no version 'canary' of model 'lenet'" in done.stderr
    assert "1 stable" in run("lenet", "models", "--server", server).stdout
