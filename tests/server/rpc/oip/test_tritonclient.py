"""PyPI's tritonclient drives the server unchanged. Each of scripts/ is a process in an environment of its own."""

import re
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.inference import grpc_service_pb2, model_config_pb2
from lenet_server.app import App
from lenet_server.batching.job import Outputs
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.certificates import Authority
from tests.support.server.repositories import publish, write_options

PYTHON = ROOT / ".venv-tritonclient/bin/python"
needs_tritonclient = pytest.mark.skipif(not PYTHON.exists(), reason="needs tritonclient: make .venv-tritonclient/ready")
SCRIPTS = sorted(file.stem for file in (Path(__file__).parent / "scripts").glob("*.py") if file.stem != "data")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, digits: NDArray[np.uint8], expected: Outputs) -> Path:
    """A folder with what the scripts need: the digits, some of them as files, and our copy of the protocol."""
    folder = tmp_path_factory.mktemp("tritonclient")
    np.savez(folder / "digits.npz", digits=digits, probabilities=expected.probabilities, logits=expected.logits)
    for index in range(8):
        cv2.imwrite(str(folder / f"{index}.png"), digits[index, 0])
    for module in (grpc_service_pb2, model_config_pb2):
        (folder / f"{module.__name__}.descriptor").write_bytes(module.DESCRIPTOR.serialized_pb)
    return folder


def run(*arguments: str) -> str:
    command = [str(PYTHON), "-W", "error", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_tritonclient
@pytest.mark.parametrize("script", SCRIPTS)
def test_tritonclient(script: str, address: str, data: Path) -> None:
    run("-m", f"tests.server.rpc.oip.scripts.{script}", address, str(data))


@needs_tritonclient
@pytest.mark.parametrize("script", ["control", "control_aio"])
def test_tritonclient_loads_and_unloads(script: str, transport: str, tmp_path: Path, data: Path) -> None:
    for version in (1, 2):
        publish(tmp_path, "lenet", version)
    publish(tmp_path, "broken", 1, b"broken")
    write_options(tmp_path, "lenet", "[labels]\nstable = 1")
    settings = Settings(model_repository=tmp_path, port=0, http_port=0, model_control="explicit", transport=transport)
    with App(settings, CollectorRegistry()) as app:
        run("-m", f"tests.server.rpc.oip.scripts.explicit.{script}", f"127.0.0.1:{app.grpc_port}", str(data))


@needs_tritonclient
def test_tritonclient_shows_a_certificate_and_a_token(data: Path) -> None:
    authority, token = Authority(data), "a-token-of-more-than-sixteen-characters"
    server = authority.issue("server")
    authority.issue("me")
    (data / "token").write_text(token)
    (data / "tokens").write_text(f"inference {token}\n")
    (data / "tokens").chmod(0o600)
    settings = Settings(
        model_repository=ROOT / "models",
        port=0,
        http_port=0,
        tls_certificate=server.certificate,
        tls_key=server.key,
        tls_client_ca=authority.file,
        token_file=data / "tokens",
    )
    with App(settings, CollectorRegistry()) as app:
        run("-m", "tests.server.rpc.oip.scripts.secure.infer", f"127.0.0.1:{app.grpc_port}", str(data))


@needs_tritonclient
def test_the_example_in_the_docs(address: str) -> None:
    found = re.search(r"```python\n(.*?)```", (ROOT / "docs/inference-protocol.md").read_text(), re.DOTALL)
    assert found
    printed = run("-c", found[1].replace("localhost:50051", address))
    assert "[b'0.9" in printed
    assert "(64, 10)" in printed
