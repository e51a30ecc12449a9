"""The TLS overlay with certificates of deploy/certificates.sh: only the client is admitted."""

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
    """Return the variables that the overlay sets, with the path of the mounted folder."""
    (mounted,) = OVERLAY[service]["volumes"]
    assert mounted["source"].endswith(f"/{service}")
    assert (mounted["target"], mounted["read_only"]) == ("/certificates", True)
    variables: dict[str, str] = OVERLAY[service]["environment"]
    return {name: file.replace("/certificates", str(certificates / service)) for name, file in variables.items()}


def test_the_client_is_admitted_and_plaintext_and_unknown_certificates_are_not(
    certificates: Path, tmp_path: Path
) -> None:
    variables = environment("server", certificates)
    flags = [f"--{name.removeprefix(SERVER).lower().replace('_', '-')}={file}" for name, file in variables.items()]
    known = environment("client", certificates)
    others = tmp_path / "others"
    subprocess.run([ROOT / "deploy/certificates.sh", others, "localhost"], check=True, timeout=30)
    other = {**environment("client", others), f"{CLIENT}TLS_CA": known[f"{CLIENT}TLS_CA"]}
    without_certificate = {f"{CLIENT}TLS_CA": known[f"{CLIENT}TLS_CA"]}
    with server_process(f"--model-repository={ROOT / 'models'}", "--workers=1", *flags) as server:
        arguments = ["classify", str(ROOT / "samples/7_0.bmp"), "--timeout=5", f"--server=localhost:{server.grpc_port}"]
        found = [
            run("lenet", *arguments, env=dict(os.environ, **settings)).returncode
            for settings in (known, other, without_certificate, {})
        ]
    assert found == [0, UNREACHABLE, UNREACHABLE, UNREACHABLE]
