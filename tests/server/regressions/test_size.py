"""The server's installed size, and its number of threads."""

import os
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from lenet_server.cores import usable_cores
from tests.server.regressions.conftest import MODELS
from tests.support.processes import ServerProcess, process_tree, server_process

MEGABYTE = 10**6
HEAVY = {"torch", "onnx", "tensorflow", "scikit-learn", "scipy", "matplotlib", "pandas", "pillow"}


def installed_with(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """The distributions that installing one brings, by name, without extras."""
    found[name] = distribution(name)
    for line in found[name].requires or []:
        requirement = Requirement(line)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name not in found:
            installed_with(requirement.name, found)
    return found


def size_of(installed: Distribution) -> int:
    """The bytes of its files."""
    files = (Path(str(installed.locate_file(file))) for file in installed.files or [])
    return sum(file.stat().st_size for file in files if file.is_file())


def test_a_small_cpu_image() -> None:
    """Triton server#3960, #7474 (15.5 GB): what the server's distribution installs is what its image holds."""
    installed = installed_with("lenet-server", {})
    assert "onnxruntime" in installed
    assert not installed.keys() & HEAVY
    assert sum(map(size_of, installed.values())) < 450 * MEGABYTE


def test_the_server_loads_no_torch(server: ServerProcess) -> None:
    """Nor another training library: tested on the files mapped into a running server's memory."""
    mapped = "".join(Path(f"/proc/{each}/maps").read_text() for each in process_tree(server.process.pid))
    assert "onnxruntime" in mapped
    assert not [name for name in HEAVY if f"site-packages/{name}/" in mapped]


def threads_of(*flags: str) -> int:
    """The number of threads of a server started with these flags."""
    with server_process(MODELS, *flags) as running:
        return sum(len(os.listdir(f"/proc/{each}/task")) for each in process_tree(running.process.pid))  # noqa: PTH208


def test_threads_follow_the_quota(tmp_path: Path) -> None:
    """Triton server#6932, #7677; onnxruntime_backend#116, #245: a server on one core computes with one thread."""
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    assert usable_cores(tmp_path) == 1
    everything = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(everything)})  # what is started from here inherits it
    try:
        assert usable_cores() == 1
        assert threads_of() < threads_of("--inference-threads=17") - 12
    finally:
        os.sched_setaffinity(0, everything)
