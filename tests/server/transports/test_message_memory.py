"""A refused message takes no memory once it is refused."""

from collections.abc import Iterator

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.conftest import ROOT
from tests.support.processes import ServerProcess, server_process
from tests.support.server.oip_requests import raw
from tests.support.waiting import wait_until

MEGABYTE = 2**20
TIMEOUT = 30.0
INFER = "/inference.GRPCInferenceService/ModelInfer"
# A worker's allocator may keep the memory of one message for the next: of six, at least five must be freed.
MESSAGES, SPARE = 6, 100 * MEGABYTE


@pytest.fixture(scope="module")
def server(transport: str) -> Iterator[ServerProcess]:
    """A process of its own, whose memory can be measured."""
    models = f"--model-repository={ROOT / 'models'}"
    with server_process(models, f"--transport={transport}", "--workers=1") as running:
        yield running


def outcome(server: ServerProcess, payload: bytes, compression: grpc.Compression | None = None) -> str:
    """The name of the status that ModelInfer gives to these bytes."""
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}", [("grpc.max_send_message_length", -1)]) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(INFER)
        try:
            call(payload, timeout=TIMEOUT, compression=compression)
        except grpc.RpcError as error:
            return error.code().name
    return "OK"


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        pytest.param(bytes(100 * MEGABYTE), "RESOURCE_EXHAUSTED", id="larger than the limit"),
        pytest.param(b"\xff" * (60 * MEGABYTE), "INVALID_ARGUMENT", id="no message"),
        pytest.param(
            raw(np.zeros((60_000, 1, 28, 28), np.uint8)).SerializeToString(), "INVALID_ARGUMENT", id="too many images"
        ),
    ],
)
def test_a_refused_message_is_not_kept(
    server: ServerProcess, digits: NDArray[np.uint8], payload: bytes, status: str
) -> None:
    right = raw(digits).SerializeToString()
    for _ in range(3):
        assert outcome(server, right) == "OK"
    before = server.memory()
    for _ in range(MESSAGES):
        assert outcome(server, payload) == status
    wait_until(lambda: server.memory() - before < SPARE)
    assert outcome(server, right) == "OK"


def test_a_compressed_message_is_as_large_as_what_it_holds(server: ServerProcess) -> None:
    assert outcome(server, bytes(65 * MEGABYTE), grpc.Compression.Gzip) == "RESOURCE_EXHAUSTED"
