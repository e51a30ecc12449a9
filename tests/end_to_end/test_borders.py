"""What each component may import: the architecture, held to by a fresh interpreter."""

import subprocess
import sys

import pytest

HEAVY = {"torch", "onnx", "onnxruntime", "cv2", "numpy", "sklearn", "PIL", "grpc", "rich", "prometheus_client"}
EXTRAS = {"opentelemetry"}  # only where a setting asks for it
OURS = {"lenet", "lenet_imaging", "lenet_trainer", "lenet_server", "lenet_client"}


def loaded_by(statement: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after the statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("from lenet.v1 import classifier_pb2, classifier_pb2_grpc", {"lenet", "grpc"}),
        ("import lenet_imaging", {"lenet_imaging", "numpy", "cv2"}),
        ("import lenet_client, lenet_client.cli.classify", {"lenet_client", "lenet", "grpc", "rich"}),
        (
            "import lenet_server.cli",
            {"lenet_server", "lenet_imaging", "lenet", "grpc", "onnxruntime", "numpy", "cv2", "prometheus_client"},
        ),
        (
            "import lenet_trainer.pipeline, lenet_trainer.cli",
            {"lenet_trainer", "lenet_imaging", "torch", "onnx", "onnxruntime", "numpy", "cv2", "sklearn", "rich"},
        ),
    ],
    ids=["proto", "imaging", "client", "server", "trainer"],
)
def test_a_component_loads_only_what_it_may(statement: str, allowed: set[str]) -> None:
    assert loaded_by(statement) & (HEAVY | EXTRAS | OURS) <= allowed
