"""TLS and mutual TLS: which clients can connect, and the reload of renewed certificates by a running server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
from prometheus_client import CollectorRegistry

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.support.certificates import DAY, Authority, Pair, connect

TIMEOUT = 10.0


@pytest.fixture
def clients(tmp_path: Path) -> Authority:
    """The authority that signs the clients' certificates."""
    return Authority(tmp_path, "clients")


@pytest.fixture
def secured(tls_settings: Settings, pair: Pair) -> Iterator[App]:
    """A server with TLS."""
    with App(replace(tls_settings, tls_certificate=pair.certificate, tls_key=pair.key), CollectorRegistry()) as app:
        yield app


@pytest.fixture
def mutual(tls_settings: Settings, pair: Pair, clients: Authority) -> Iterator[App]:
    """A server with mutual TLS."""
    files = replace(tls_settings, tls_certificate=pair.certificate, tls_key=pair.key, tls_client_ca=clients.file)
    with App(files, CollectorRegistry()) as app:
        yield app


def model_name(channel: grpc.Channel) -> str:
    """Return the model's name over the channel, which shows that the connection works."""
    return rpc.ClassifierStub(channel).GetModel(pb.GetModelRequest(), timeout=TIMEOUT).name


@contextmanager
def refused() -> Iterator[None]:
    """Expect that the connection fails: a call in the block ends with UNAVAILABLE."""
    with pytest.raises(grpc.RpcError) as caught:
        yield
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_a_client_that_trusts_the_authority_is_served(secured: App, authority: Authority) -> None:
    with connect(secured.grpc_port, authority.file) as channel:
        assert model_name(channel) == "lenet"


def test_a_client_that_trusts_another_authority_refuses_the_server(secured: App, clients: Authority) -> None:
    with connect(secured.grpc_port, clients.file) as channel, refused():
        model_name(channel)


def test_a_plaintext_client_cannot_connect_to_a_tls_port(secured: App) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{secured.grpc_port}") as channel, refused():
        model_name(channel)


@pytest.mark.parametrize("transport", ["native", "grpcio"])
def test_a_tls_client_cannot_connect_to_a_plaintext_port(
    tls_settings: Settings, authority: Authority, transport: str
) -> None:
    with (
        App(replace(tls_settings, transport=transport), CollectorRegistry()) as plain,
        connect(plain.grpc_port, authority.file) as channel,
        refused(),
    ):
        model_name(channel)


def test_mutual_tls_serves_a_client_with_a_certificate(mutual: App, authority: Authority, clients: Authority) -> None:
    with connect(mutual.grpc_port, authority.file, clients.issue("client")) as channel:
        assert model_name(channel) == "lenet"


def test_mutual_tls_refuses_a_client_without_a_certificate(mutual: App, authority: Authority) -> None:
    with connect(mutual.grpc_port, authority.file) as channel, refused():
        model_name(channel)


def test_mutual_tls_refuses_a_certificate_of_an_unknown_authority(
    mutual: App, authority: Authority, tmp_path: Path
) -> None:
    foreign = Authority(tmp_path, "foreign").issue("client")
    with connect(mutual.grpc_port, authority.file, foreign) as channel, refused():
        model_name(channel)


@pytest.mark.parametrize(
    ("valid_from", "valid_to"), [(-2 * DAY, -DAY), (DAY, 2 * DAY)], ids=["expired", "not yet valid"]
)
def test_mutual_tls_refuses_a_certificate_outside_its_validity_period(
    mutual: App, authority: Authority, clients: Authority, valid_from: timedelta, valid_to: timedelta
) -> None:
    invalid = clients.issue("client", valid_from=valid_from, valid_to=valid_to)
    with connect(mutual.grpc_port, authority.file, invalid) as channel, refused():
        model_name(channel)


def test_a_renewed_certificate_applies_to_new_connections_and_open_ones_stay(
    secured: App, pair: Pair, authority: Authority, tmp_path: Path
) -> None:
    successor = Authority(tmp_path, "successor")
    with connect(secured.grpc_port, authority.file) as before:
        assert model_name(before) == "lenet"
        stream = rpc.ClassifierStub(before).ClassifyStream(iter(()), timeout=TIMEOUT)
        pair.replaced_by(successor.issue("renewed"))
        with connect(secured.grpc_port, successor.file) as after:
            assert model_name(after) == "lenet"
        with connect(secured.grpc_port, authority.file) as outdated, refused():
            model_name(outdated)
        assert model_name(before) == "lenet"
        assert list(stream) == []


@pytest.mark.parametrize("broken", ["certificate", "key", "expired", "gone"])
def test_a_broken_renewal_is_logged_and_the_previous_certificate_stays_until_it_is_fixed(
    secured: App, pair: Pair, authority: Authority, tmp_path: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    successor = Authority(tmp_path, "successor")
    renewed = successor.issue("renewed")
    match broken:
        case "certificate":
            pair.certificate.write_text("half a cert")
        case "key":
            renewed.key.rename(pair.key)
        case "expired":
            pair.replaced_by(authority.issue("expired", valid_from=-2 * DAY, valid_to=-DAY))
        case "gone":
            pair.certificate.unlink()
    for _ in range(3):
        with connect(secured.grpc_port, authority.file) as channel:
            assert model_name(channel) == "lenet"
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1
    assert "--tls-" in errors[0].getMessage()
    pair.replaced_by(successor.issue("fixed"))
    with connect(secured.grpc_port, successor.file) as channel:
        assert model_name(channel) == "lenet"


def test_a_renewed_client_authority_applies_to_new_connections(
    mutual: App, authority: Authority, clients: Authority, tmp_path: Path
) -> None:
    previous = clients.issue("previous")
    successor = Authority(tmp_path, "successor")
    renewed = successor.issue("renewed")
    with connect(mutual.grpc_port, authority.file, renewed) as channel, refused():
        model_name(channel)
    successor.file.rename(clients.file)
    with connect(mutual.grpc_port, authority.file, renewed) as channel:
        assert model_name(channel) == "lenet"
    with connect(mutual.grpc_port, authority.file, previous) as channel, refused():
        model_name(channel)
