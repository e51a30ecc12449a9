"""`lenet health`, `models`, `load` and `unload`."""

import json
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from lenet_client.cli import main
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.support.client.command import Command, Lenet
from tests.support.server.repositories import publish


@pytest.fixture(scope="module")
def controlled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """HOST:PORT of a server with --model-control explicit."""
    models = tmp_path_factory.mktemp("models")
    publish(models, "lenet", 1)
    settings = Settings(model_repository=models, port=0, http_port=0, model_control="explicit")
    with App(settings, CollectorRegistry()) as app:
        yield f"127.0.0.1:{app.grpc_port}"


def test_a_model_is_served_from_load_to_unload(controlled: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["load", "lenet", "--server", controlled]) == 0
    assert capsys.readouterr().out == "lenet: version 1 in service\n"
    assert main(["load", "lenet", "--json", "--server", controlled]) == 0
    assert json.loads(capsys.readouterr().out) == {"model": "lenet", "versions": [1]}
    assert main(["unload", "lenet", "--server", controlled]) == 0
    assert capsys.readouterr().out == "lenet: out of service\n"
    assert main(["models", "--server", controlled]) == 0
    assert capsys.readouterr().out == f"{controlled}: no model is loaded\n"
    assert main(["load", "lenet", "--server", controlled]) == 0
    assert main(["unload", "lenet", "--json", "--server", controlled]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"model": "lenet", "versions": []}


def test_an_unknown_model_is_named(controlled: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["load", "vgg", "--server", controlled]) == 2
    assert "vgg" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["load", "unload"])
def test_a_server_without_model_control_names_the_setting(command: Command, name: str) -> None:
    done = command(name, "lenet")
    assert done.status == 2
    assert "--model-control explicit" in done.err


def test_health_and_models(lenet: Lenet, address: str) -> None:
    assert lenet("health").stdout == f"{address}: serving\n"
    assert json.loads(lenet("health", "--json").stdout) == {"server": address, "healthy": True}
    assert lenet("models").stdout.splitlines()[1].split()[:3] == ["lenet", "1", "1×28×28"]
    (model,) = json.loads(lenet("models", "--json").stdout)
    assert (model["name"], model["version"]) == ("lenet", 1)
