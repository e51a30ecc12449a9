"""The packages that each component may load, checked in a fresh interpreter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "onnx", "onnxruntime", "cv2", "numpy", "sklearn", "PIL", "grpc", "rich", "prometheus_client"}
EXTRAS = {"opentelemetry"}  # only if a setting needs it
OURS = {"lenet", "lenet_imaging", "lenet_trainer", "lenet_server", "lenet_client"}


def loaded_by(statement: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter has loaded after the statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("from lenet.v1 import classifier_pb2, classifier_pb2_grpc", {"lenet", "grpc"}),
        ("import lenet_imaging", {"lenet_imaging", "numpy", "cv2"}),
        ("import lenet_client, lenet_client.cli.classify.command", {"lenet_client", "lenet", "grpc", "rich"}),
        (
            "import lenet_server.workers.worker",
            {"lenet_server", "lenet_imaging", "lenet", "grpc", "onnxruntime", "numpy", "cv2", "prometheus_client"},
        ),
        ("import lenet_server.cli", {"lenet_server", "lenet_imaging", "numpy", "cv2", "prometheus_client"}),
        (
            "import lenet_trainer.pipeline, lenet_trainer.cli",
            {"lenet_trainer", "lenet_imaging", "torch", "onnx", "onnxruntime", "numpy", "cv2", "sklearn", "rich"},
        ),
    ],
    ids=["proto", "imaging", "client", "server", "supervisor", "trainer"],
)
def test_a_component_loads_only_what_it_may(statement: str, allowed: set[str]) -> None:
    assert loaded_by(statement) & (HEAVY | EXTRAS | OURS) <= allowed


@pytest.mark.parametrize("module", ["lenet_server.workers.worker", "lenet_trainer.export.onnx_runtime"])
def test_nothing_is_told_of_our_use(module: str, tmp_path: Path) -> None:
    """ONNX Runtime's telemetry would write files: an identifier, and the data to send."""
    elsewhere = {name: str(tmp_path) for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME")}
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"} | elsewhere
    subprocess.run([sys.executable, "-c", f"import {module}"], env=environment, check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []
