"""The inference protocol's messages in a process that has neither gRPC nor another copy of them."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["rpc.oip.messages", "rpc.oip.tensors", "inference.classifier"])
def test_the_core_is_imported_without_grpc(module: str) -> None:
    """So that every transport can use it."""
    code = f"import sys, lenet_server.{module}; sys.exit('grpc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_the_client_library_leaves_the_protocol_to_other_clients() -> None:
    """Two copies of its messages in one process clash, and a program may use tritonclient beside ours."""
    code = "import sys, lenet_client, lenet.v1.classifier_pb2_grpc; sys.exit('lenet.inference' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
