"""What the inference protocol needs of the core, without a server."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["inference_messages", "inference_input", "classifier"])
def test_messages_are_read_without_grpc(module: str) -> None:
    """So that every transport can use them."""
    code = f"import sys, lenet_server.{module}; sys.exit('grpc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_the_client_library_leaves_the_protocol_to_other_clients() -> None:
    """Two copies of its messages in one process clash, and a program may use tritonclient beside ours."""
    code = "import sys, lenet_client, lenet.v1.classifier_pb2_grpc; sys.exit('lenet.inference' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
