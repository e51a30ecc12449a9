"""The TLS overlay, with what deploy/certificates.sh makes: the client gets in, and nobody else does."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.support.processes import run, server_process

OVERLAY = yaml.safe_load((ROOT / "docker-compose.tls.yml").read_text())["services"]
SERVER, CLIENT = "LENET_SERVER_", "LENET_CLIENT_"
UNREACHABLE = 3


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    if not shutil.which("openssl"):
        pytest.skip("needs openssl on the PATH")
    folder = tmp_path / "certificates"
    subprocess.run([ROOT / "deploy/certificates.sh", folder, "localhost"], check=True, timeout=30)
    return folder


def environment(service: str, certificates: Path) -> dict[str, str]:
    """What the overlay sets, with the folder that it mounts."""
    (mounted,) = OVERLAY[service]["volumes"]
    assert mounted["source"].endswith(f"/{service}")
    assert (mounted["target"], mounted["read_only"]) == ("/certificates", True)
    told: dict[str, str] = OVERLAY[service]["environment"]
    return {name: file.replace("/certificates", str(certificates / service)) for name, file in told.items()}


def test_the_client_gets_in_and_plain_text_and_strangers_do_not(certificates: Path, tmp_path: Path) -> None:
    told = environment("server", certificates)
    flags = [f"--{name.removeprefix(SERVER).lower().replace('_', '-')}={file}" for name, file in told.items()]
    known = environment("client", certificates)
    strangers = tmp_path / "strangers"
    subprocess.run([ROOT / "deploy/certificates.sh", strangers, "localhost"], check=True, timeout=30)
    stranger = {**environment("client", strangers), f"{CLIENT}TLS_CA": known[f"{CLIENT}TLS_CA"]}
    nameless = {f"{CLIENT}TLS_CA": known[f"{CLIENT}TLS_CA"]}
    with server_process(f"--model-repository={ROOT / 'models'}", "--workers=1", *flags) as server:
        arguments = ["classify", str(ROOT / "samples/7_0.bmp"), "--timeout=5", f"--server=localhost:{server.grpc_port}"]
        found = [
            run("lenet", *arguments, env=dict(os.environ, **settings)).returncode
            for settings in (known, stranger, nameless, {})
        ]
    assert found == [0, UNREACHABLE, UNREACHABLE, UNREACHABLE]
