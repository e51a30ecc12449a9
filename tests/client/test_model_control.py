"""load() and unload(), with a server started with --model-control explicit and without."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from lenet_client import Client, InvalidRequest, ModelNotFound, NotSupported, PermissionDenied
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.support.server.repositories import publish

Connect = Callable[..., Client]
INFERENCE, CONTROL = "a-token-for-inference-alone", "a-token-for-control-as-well"


@pytest.fixture(scope="module")
def controlled(tmp_path_factory: pytest.TempPathFactory, transport: str) -> Iterator[str]:
    """HOST:PORT of a server with --model-control explicit."""
    models = tmp_path_factory.mktemp("models")
    publish(models, "lenet", 1)
    publish(models, "broken", 1, b"broken")
    settings = Settings(model_repository=models, port=0, http_port=0, model_control="explicit", transport=transport)
    with App(settings, CollectorRegistry()) as app:
        yield f"127.0.0.1:{app.grpc_port}"


def test_a_model_is_served_from_load_to_unload(connect: Connect, controlled: str) -> None:
    with connect(controlled) as client:
        assert client.models() == []
        client.load("lenet")
        assert [model.name for model in client.models()] == ["lenet"]
        assert client.healthy("lenet")
        client.unload("lenet")
        assert client.models() == []


def test_a_model_that_cannot_be_loaded_raises_with_the_reason(connect: Connect, controlled: str) -> None:
    with connect(controlled) as client:
        with pytest.raises(ModelNotFound, match="unknown"):
            client.load("unknown")
        with pytest.raises(ModelNotFound, match="unknown"):
            client.unload("unknown")
        with pytest.raises(InvalidRequest, match="broken"):
            client.load("broken")


def test_a_server_without_model_control_names_the_setting(client: Client) -> None:
    for change in (client.load, client.unload):
        with pytest.raises(NotSupported, match="--model-control explicit"):
            change("lenet")


def test_a_token_without_the_control_right_is_refused(connect: Connect, tmp_path: Path) -> None:
    publish(tmp_path, "lenet", 1)
    tokens = tmp_path / "tokens"
    tokens.write_text(f"inference {INFERENCE}\ncontrol {CONTROL}\n")
    tokens.chmod(0o600)
    settings = Settings(
        model_repository=tmp_path, port=0, http_port=0, model_control="explicit", token_file=tokens, transport="grpcio"
    )
    with App(settings, CollectorRegistry()) as app:
        address = f"127.0.0.1:{app.grpc_port}"
        with connect(address, token=INFERENCE) as client, pytest.raises(PermissionDenied, match="control"):
            client.load("lenet")
        with connect(address, token=CONTROL) as client:
            client.load("lenet")
            assert client.healthy("lenet")
