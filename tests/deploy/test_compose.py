"""docker-compose.yml: nothing is open to strangers or has rights it does not need, and what it names is there.

Where docker-compose or Compose v2 is installed, it reads the files as well.
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
    """The text with its ${VARIABLE:-default} resolved."""
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


def test_ports_are_open_to_this_machine_only() -> None:
    published = {name: service.get("ports", []) for name, service in SERVICES.items()}
    assert all(default(port).startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert {name for name, ports in published.items() if ports} == {"server", "prometheus", "grafana"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_rights_that_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & service.keys()
    assert service["read_only"] is True
    assert {"mem_limit", "pids_limit"} <= service.keys()
    assert "profiles" in service or service["restart"] == "unless-stopped"


def test_a_server_may_take_its_time_to_stop_and_has_the_threads_that_it_may_need() -> None:
    server, settings = SERVICES["server"], Settings()
    assert float(server["stop_grace_period"].removesuffix("s")) > settings.shutdown_grace_seconds
    workers = int(default(server["environment"][f"{PREFIX}WORKERS"]))
    assert workers == 2
    calls = settings.max_queue_size + settings.max_batch_size + settings.max_streams
    assert server["pids_limit"] > workers * calls
    assert f"--uid {server['user']} " in DOCKERFILE


def test_settings_are_the_servers() -> None:
    fields = {PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    for file in (COMPOSE, OVERLAY):
        assert file["services"]["server"]["environment"].keys() <= fields


def test_what_is_mounted_and_built_is_there() -> None:
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


def test_images_are_named_by_the_version_that_they_hold() -> None:
    version = tomllib.loads((ROOT / "server/pyproject.toml").read_text())["project"]["version"]
    assert f"ARG VERSION={version}\n" in DOCKERFILE
    for name in ("server", "client", "trainer"):
        assert SERVICES[name]["image"] == f"lenet-{name}:{version}"


@pytest.fixture
def health_check(tmp_path: Path) -> Path:
    """The server's health check, as a program."""
    *start, code = SERVICES["server"]["healthcheck"]["test"]
    assert start == ["CMD", "python", "-c"]
    program = tmp_path / "check.py"
    program.write_text(code)
    return program


def test_the_health_check_knows_a_server_that_serves_from_one_that_does_not(health_check: Path, tmp_path: Path) -> None:
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
