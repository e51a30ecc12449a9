"""Many callers, large messages, and wrong requests."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import grpc
import numpy as np
import pytest

from lenet.inference import grpc_service_pb2 as inference
from lenet.inference import grpc_service_pb2_grpc as rpc
from lenet_client import Client
from tests.support.processes import ServerProcess
from tests.support.server.asking import FILES, PIXELS, RAW, WAYS, Asker, Question
from tests.support.server.oip_requests import Tensor, pictures
from tests.support.server.sending import TIMEOUT, send, send_all

CALLERS, TURNS = 24, 25
MEGABYTE = 2**20


def test_answers_are_not_mixed_up_under_concurrency(server: ServerProcess, asker: Asker) -> None:
    """MLServer#1306, #514, #1911: callers with each kind of request, each over a connection of its own.

    Those with raw contents give their requests no ids, as tritonclient does: the server has a shorter way for them.
    """

    def caller(number: int) -> None:
        own = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}", own) as channel:
            for turn in range(TURNS):
                first = 7 * number + turn
                digits = tuple((first + step) % 64 for step in range(1 + number % 5))
                way = WAYS[number % len(WAYS)]
                question = Question("" if way == RAW else f"{number} {turn}", way, "lenet", 1, digits)
                asker.check(question, send(channel, asker, question).result())

    with ThreadPoolExecutor(CALLERS) as threads:
        for each in [threads.submit(caller, number) for number in range(CALLERS)]:
            each.result(2 * TIMEOUT)


def test_messages_above_4_megabytes(server: ServerProcess, connected: grpc.Channel) -> None:
    """Triton server#1776, ray#43109: no setting is needed, on neither side, up to a limit that names itself."""
    paper = np.random.default_rng(5).integers(200, 256, (1700, 1700), np.uint8)  # of a grain that cannot be compressed
    cv2.line(paper, (850, 300), (850, 1400), color=0, thickness=150)
    picture = cv2.imencode(".png", paper)[1].tobytes()
    assert len(picture) > 2 * MEGABYTE
    answer = rpc.GRPCInferenceServiceStub(connected).ModelInfer(pictures([picture] * 4), timeout=TIMEOUT)
    assert list(answer.outputs[0].shape) == [4, 10]
    with Client(f"127.0.0.1:{server.grpc_port}") as client:
        assert len(list(client.classify_many([picture] * 8))) == 8
    with pytest.raises(grpc.RpcError) as refused:
        rpc.GRPCInferenceServiceStub(connected).ModelInfer(pictures([bytes(65 * MEGABYTE)]), timeout=TIMEOUT)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(64 * MEGABYTE) in (refused.value.details() or "")


BAD: dict[str, dict[str, Any]] = {
    "negative": {"shape": [-1, 1, 28, 28]},
    "all negative": {"shape": [-1, -1, -28, -28]},
    "huge": {"shape": [2**62, 2**62, 2**62, 2**62]},
    "overflowing": {"shape": [2**32, 2**32, 1, 1]},
    "empty": {"shape": [0, 1, 28, 28]},
    "no shape": {"shape": []},
    "a million": {"shape": [10**6, 1, 28, 28]},
    "another type": {"shape": [1, 1, 28, 28], "datatype": "FP32"},
    "no type": {"shape": [1, 1, 28, 28], "datatype": ""},
    "another name": {"shape": [1, 1, 28, 28], "name": "picture"},
}


def test_bad_input_does_not_crash(server: ServerProcess, connected: grpc.Channel, asker: Asker) -> None:
    """Triton server#3563 (negative shapes), #3119, #5840, #7368."""
    stub = rpc.GRPCInferenceServiceStub(connected)
    for name, fields in BAD.items():
        tensor = Tensor(**{"name": "image", "datatype": "UINT8", **fields})
        for raw in ([bytes(784)], [b""], [], [bytes(784)] * 2):
            request = inference.ModelInferRequest(model_name="lenet", inputs=[tensor], raw_input_contents=raw)
            with pytest.raises(grpc.RpcError) as refused:
                stub.ModelInfer(request, timeout=TIMEOUT)
            assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT, name
            assert refused.value.details(), name
    assert server.process.poll() is None
    send_all(connected, asker, [Question("", way, "lenet", 1, (5, 6)) for way in (FILES, PIXELS)])
