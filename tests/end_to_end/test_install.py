"""`pip install ./client` into an empty environment: it stays small and works by itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

MEGABYTE = 10**6


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new environment after `pip install ./client`."""
    folder = tmp_path_factory.mktemp("client") / "environment"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=60)
    install: list[str | Path] = [
        folder / "bin/python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    subprocess.run([*install, "-c", "constraints.txt", "./client"], cwd=ROOT, check=True, timeout=110)
    return folder


def test_the_client_brings_no_heavy_package(environment: Path) -> None:
    listed = subprocess.run(
        [environment / "bin/python", "-m", "pip", "list", "--format=freeze"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    packages = {line.partition("==")[0].lower().replace("_", "-") for line in listed.stdout.splitlines()}
    assert packages >= {"lenet-client", "lenet-proto", "grpcio"}
    assert not packages & {"torch", "onnx", "onnxruntime", "opencv-python-headless", "numpy", "lenet-imaging"}


def test_the_client_is_small(environment: Path) -> None:
    (site,) = environment.glob("lib/python3.*/site-packages")
    bundled = {"pip", "setuptools", "pkg_resources", "_distutils_hack"}  # part of every new environment
    files = [
        file
        for entry in site.iterdir()
        if entry.name.partition("-")[0] not in bundled
        for file in ([entry] if entry.is_file() else entry.rglob("*"))
        if file.is_file()
    ]
    assert sum(file.stat().st_size for file in files) < 60 * MEGABYTE


def test_the_client_alone_classifies_a_picture(environment: Path, address: str) -> None:
    seven = next((ROOT / "samples").glob("7_*"))
    done = subprocess.run(
        [environment / "bin/lenet", "classify", seven, "--server", address, "--format=csv"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[1].split(",")[1] == "7"
