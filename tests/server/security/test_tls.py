"""TLS and mutual TLS: who gets a connection, and what happens when certificates are renewed under a running server."""

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
from tests.conftest import ROOT
from tests.support.certificates import DAY, Authority, Pair, connect

TIMEOUT = 10.0


@pytest.fixture
def settings() -> Settings:
    """The defaults, of which the choice of transport is one: TLS takes grpcio."""
    return Settings(model_repository=ROOT / "models", port=0, http_port=0)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Signs the server's certificate."""
    return Authority(tmp_path)


@pytest.fixture
def clients(tmp_path: Path) -> Authority:
    """Signs those of clients."""
    return Authority(tmp_path, "clients")


@pytest.fixture
def pair(authority: Authority) -> Pair:
    """The server's certificate."""
    return authority.issue("server")


@pytest.fixture
def secured(settings: Settings, pair: Pair) -> Iterator[App]:
    """A server with TLS."""
    with App(replace(settings, tls_certificate=pair.certificate, tls_key=pair.key), CollectorRegistry()) as app:
        yield app


@pytest.fixture
def mutual(settings: Settings, pair: Pair, clients: Authority) -> Iterator[App]:
    """A server with mutual TLS."""
    files = replace(settings, tls_certificate=pair.certificate, tls_key=pair.key, tls_client_ca=clients.file)
    with App(files, CollectorRegistry()) as app:
        yield app


def ask(channel: grpc.Channel) -> str:
    """The name of the model: proof that the connection works."""
    return rpc.ClassifierStub(channel).GetModel(pb.GetModelRequest(), timeout=TIMEOUT).name


@contextmanager
def refused() -> Iterator[None]:
    """Expect that no connection comes about."""
    with pytest.raises(grpc.RpcError) as caught:
        yield
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def test_a_client_that_trusts_the_authority_is_served(secured: App, authority: Authority) -> None:
    with connect(secured.grpc_port, authority.file) as channel:
        assert ask(channel) == "lenet"


def test_a_client_that_trusts_another_authority_is_not_deceived(secured: App, clients: Authority) -> None:
    with connect(secured.grpc_port, clients.file) as channel, refused():
        ask(channel)


def test_a_client_in_plain_text_gets_nothing_from_a_port_with_tls(secured: App) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{secured.grpc_port}") as channel, refused():
        ask(channel)


@pytest.mark.parametrize("transport", ["native", "grpcio"])
def test_a_client_with_tls_gets_nothing_from_a_port_in_plain_text(
    settings: Settings, authority: Authority, transport: str
) -> None:
    with (
        App(replace(settings, transport=transport), CollectorRegistry()) as plain,
        connect(plain.grpc_port, authority.file) as channel,
        refused(),
    ):
        ask(channel)


def test_mutual_tls_serves_a_client_with_a_certificate(mutual: App, authority: Authority, clients: Authority) -> None:
    with connect(mutual.grpc_port, authority.file, clients.issue("client")) as channel:
        assert ask(channel) == "lenet"


def test_mutual_tls_refuses_a_client_without_a_certificate(mutual: App, authority: Authority) -> None:
    with connect(mutual.grpc_port, authority.file) as channel, refused():
        ask(channel)


def test_mutual_tls_refuses_a_certificate_of_a_stranger(mutual: App, authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "stranger").issue("client")
    with connect(mutual.grpc_port, authority.file, stranger) as channel, refused():
        ask(channel)


@pytest.mark.parametrize(
    ("valid_from", "valid_to"), [(-2 * DAY, -DAY), (DAY, 2 * DAY)], ids=["expired", "not yet valid"]
)
def test_mutual_tls_refuses_a_certificate_outside_its_time(
    mutual: App, authority: Authority, clients: Authority, valid_from: timedelta, valid_to: timedelta
) -> None:
    late = clients.issue("client", valid_from=valid_from, valid_to=valid_to)
    with connect(mutual.grpc_port, authority.file, late) as channel, refused():
        ask(channel)


def test_a_renewed_certificate_reaches_new_connections_and_open_ones_go_on(
    secured: App, pair: Pair, authority: Authority, tmp_path: Path
) -> None:
    successor = Authority(tmp_path, "successor")
    with connect(secured.grpc_port, authority.file) as before:
        assert ask(before) == "lenet"
        stream = rpc.ClassifierStub(before).ClassifyStream(iter(()), timeout=TIMEOUT)
        pair.replaced_by(successor.issue("renewed"))
        with connect(secured.grpc_port, successor.file) as after:
            assert ask(after) == "lenet"
        with connect(secured.grpc_port, authority.file) as outdated, refused():
            ask(outdated)
        assert ask(before) == "lenet"
        assert list(stream) == []


@pytest.mark.parametrize("broken", ["certificate", "key", "expired", "gone"])
def test_a_broken_renewal_is_logged_and_the_old_certificate_stays_until_it_is_mended(
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
            pair.replaced_by(authority.issue("late", valid_from=-2 * DAY, valid_to=-DAY))
        case "gone":
            pair.certificate.unlink()
    for _ in range(3):
        with connect(secured.grpc_port, authority.file) as channel:
            assert ask(channel) == "lenet"
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1
    assert "--tls-" in errors[0].getMessage()
    pair.replaced_by(successor.issue("mended"))
    with connect(secured.grpc_port, successor.file) as channel:
        assert ask(channel) == "lenet"


def test_a_renewed_client_authority_decides_about_new_connections(
    mutual: App, authority: Authority, clients: Authority, tmp_path: Path
) -> None:
    known = clients.issue("known")
    successor = Authority(tmp_path, "successor")
    newcomer = successor.issue("newcomer")
    with connect(mutual.grpc_port, authority.file, newcomer) as channel, refused():
        ask(channel)
    successor.file.rename(clients.file)
    with connect(mutual.grpc_port, authority.file, newcomer) as channel:
        assert ask(channel) == "lenet"
    with connect(mutual.grpc_port, authority.file, known) as channel, refused():
        ask(channel)
