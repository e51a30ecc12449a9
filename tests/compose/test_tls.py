"""docker-compose.tls.yml: the client's container is admitted; plaintext and unknown certificates are not."""

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
    """Return certificates made by deploy/certificates.sh."""
    return made(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def other_certificates(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return certificates of another authority, for a client that trusts ours."""
    folder = made(tmp_path_factory.mktemp("others"))
    shutil.copy(certificates / "client/authority.pem", folder / "client/authority.pem")
    return folder


def made(folder: Path) -> Path:
    folder.chmod(0o755)  # the containers' user must be able to enter it
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


def test_a_client_with_a_certificate_is_admitted(stack: Stack) -> None:
    done = stack.client("classify", "/pictures/7_0.bmp", "--format=jsonl")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["label"] == "7"


def test_plaintext_and_unknown_certificates_are_refused(
    stack: Stack, composer: list[str], other_certificates: Path
) -> None:
    other_client = Stack(composer, OVERLAY, LENET_CERTIFICATES=str(other_certificates))
    assert health_status(other_client) == UNREACHABLE
    assert health_status(Stack(composer)) == UNREACHABLE
    assert health_status(stack) == 0


def test_starting_a_client_does_not_recreate_the_server(stack: Stack) -> None:
    before = stack.container("server")
    assert stack.attempt("run", "--rm", "-T", "client", "health").returncode == 0
    assert stack.container("server") == before


def health_status(stack: Stack) -> int:
    """Return the exit status of `lenet health` in a container beside the running server."""
    return stack.client("health", "--timeout=5").returncode
