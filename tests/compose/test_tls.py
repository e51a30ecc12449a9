"""docker-compose.tls.yml: the client's container gets in, and plain text and strangers do not."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.compose_stack import Stack, wait_until_healthy

OVERLAY = ("docker-compose.tls.yml",)
UNREACHABLE = 3


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by deploy/certificates.sh."""
    return made(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def strangers(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those of another authority, for a client who knows ours."""
    folder = made(tmp_path_factory.mktemp("strangers"))
    shutil.copy(certificates / "client/authority.pem", folder / "client/authority.pem")
    return folder


def made(folder: Path) -> Path:
    folder.chmod(0o755)  # the containers' user looks into it
    subprocess.run([ROOT / "deploy/certificates.sh", folder, "server"], check=True, timeout=30)
    return folder


@pytest.fixture(scope="module")
def stack(composer: list[str], certificates: Path) -> Iterator[Stack]:
    given = Stack(composer, OVERLAY, LENET_CERTIFICATES=str(certificates))
    try:
        given("up", "--detach", "server")
        wait_until_healthy(given.container("server"))
        yield given
    finally:
        given.down()


def test_who_shows_a_certificate_gets_in(stack: Stack) -> None:
    done = stack.client("classify", "/pictures/7_0.bmp", "--format=jsonl")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["label"] == "7"


def test_plain_text_and_strangers_do_not(stack: Stack, composer: list[str], strangers: Path) -> None:
    stranger = Stack(composer, OVERLAY, LENET_CERTIFICATES=str(strangers))
    assert asked(stranger) == UNREACHABLE
    assert asked(Stack(composer)) == UNREACHABLE
    assert asked(stack) == 0


def test_a_client_that_brings_the_server_up_leaves_it_as_it_is(stack: Stack) -> None:
    before = stack.container("server")
    assert stack.attempt("run", "--rm", "-T", "client", "health").returncode == 0
    assert stack.container("server") == before


def asked(stack: Stack) -> int:
    """The exit status of a client that is started beside the running server."""
    return stack.client("health", "--timeout=5").returncode
