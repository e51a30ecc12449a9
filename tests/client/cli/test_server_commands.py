"""`lenet load` and `lenet unload`, where the server's operator allows that."""

import json
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from lenet_client.cli import main
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.server.repositories import publish
from tests.support.client.command import Command


@pytest.fixture(scope="module")
def controlled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """HOST:PORT of a server that loads what callers say."""
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


@pytest.mark.parametrize("order", ["load", "unload"])
def test_a_server_that_chooses_itself_names_the_setting(command: Command, order: str) -> None:
    done = command(order, "lenet")
    assert done.status == 2
    assert "--model-control explicit" in done.err
