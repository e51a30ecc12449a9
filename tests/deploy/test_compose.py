"""docker-compose.yml: no open ports, no unneeded rights, and every path and setting in it exists.

Every installed Compose, v2 and 1.29, parses the files too.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from lenet_server.settings import PREFIX, Settings
from tests.conftest import ROOT
from tests.support.composers import composers
from tests.support.processes import server_process

FILES = ("docker-compose.yml", "docker-compose.tls.yml")
COMPOSE, OVERLAY = (yaml.safe_load((ROOT / file).read_text()) for file in FILES)
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
TIMEOUT = 60


def default(text: str) -> str:
    """Return the text with the defaults of its ${VARIABLE:-default}."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def test_compose_reads_both_files() -> None:
    found = composers()
    if not found:
        pytest.skip("needs docker-compose or Compose v2 (Debian: apt-get install docker-compose)")
    for command in found:
        for files in (FILES[:1], FILES):
            flags = [flag for file in files for flag in ("-f", file)]
            done = subprocess.run(
                [*command, *flags, "config", "--quiet"],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
                timeout=TIMEOUT,
            )
            assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_ports_are_published_on_the_loopback_address_only() -> None:
    published = {name: service.get("ports", []) for name, service in SERVICES.items()}
    assert all(default(port).startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert {name for name, ports in published.items() if ports} == {"server", "prometheus", "grafana"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_unneeded_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & service.keys()
    assert service["read_only"] is True
    assert {"mem_limit", "pids_limit"} <= service.keys()
    assert "profiles" in service or service["restart"] == "unless-stopped"


def test_the_server_has_enough_time_to_drain_and_enough_threads() -> None:
    server, settings = SERVICES["server"], Settings()
    assert float(server["stop_grace_period"].removesuffix("s")) > settings.shutdown_grace_seconds
    workers = int(default(server["environment"][f"{PREFIX}WORKERS"]))
    assert workers == 2
    calls = settings.max_queue_size + settings.max_batch_size + settings.max_streams
    assert server["pids_limit"] > workers * calls
    assert f"--uid {server['user']} " in DOCKERFILE


def test_environment_variables_are_settings_of_the_server() -> None:
    fields = {PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    for file in (COMPOSE, OVERLAY):
        assert file["services"]["server"]["environment"].keys() <= fields


def test_mounted_and_copied_paths_exist() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = default(volume["source"] if isinstance(volume, dict) else volume).split(":")[0]
            assert (ROOT / source).is_dir() if source.startswith(".") else source in COMPOSE["volumes"], volume
        if "build" in service:
            assert f" AS {service['build']['target']}\n" in DOCKERFILE
    for path in re.findall(r"^COPY (?!--from)(?:--\S+ )?(\S+)", DOCKERFILE, re.M):
        assert (ROOT / path).exists()
        assert f"!{path}" in ignored


def test_images_are_tagged_with_their_version() -> None:
    version = tomllib.loads((ROOT / "server/pyproject.toml").read_text())["project"]["version"]
    assert f"ARG VERSION={version}\n" in DOCKERFILE
    for name in ("server", "client", "trainer"):
        assert SERVICES[name]["image"] == f"lenet-{name}:{version}"


@pytest.fixture
def health_check(tmp_path: Path) -> Path:
    """Write the server's health check to a file and return it."""
    *start, code = SERVICES["server"]["healthcheck"]["test"]
    assert start == ["CMD", "python", "-c"]
    program = tmp_path / "check.py"
    program.write_text(code)
    return program


def test_the_health_check_fails_for_a_server_without_a_model(health_check: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code = health_check.read_text()
    assert code.count(":50051") == 1
    found = []
    for models, control in ((ROOT / "models", "none"), (tmp_path / "empty", "poll")):
        flags = (f"--model-repository={models}", f"--model-control={control}", "--workers=1")
        with server_process(*flags) as server:
            health_check.write_text(code.replace(":50051", f":{server.grpc_port}"))
            command = [sys.executable, str(health_check)]
            found.append(subprocess.run(command, capture_output=True, check=False, timeout=TIMEOUT).returncode)
    assert found == [0, 1]
