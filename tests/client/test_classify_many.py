"""classify_many(): streams of images, ordered or as completed, in bounded memory."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_client import AsyncClient, Client, ImageError, LenetError, ModelNotFound, Prediction
from tests.support.client.servicers import serve


def test_unordered_results_have_the_positions_of_their_images(client: Client, digits: NDArray[np.uint8]) -> None:
    one_by_one = [client.classify(each) for each in digits]
    images = [b"garbage" if index == 500 else digits[index % 64] for index in range(1000)]
    pairs = dict(client.classify_many(images, ordered=False))
    assert sorted(pairs) == list(range(1000))
    bad = pairs.pop(500)
    assert isinstance(bad, ImageError)
    for index, result in pairs.items():
        assert isinstance(result, Prediction)
        assert result.label == one_by_one[index % 64].label


def test_an_array_of_images_and_a_generator_of_paths_are_accepted(client: Client, digits: NDArray[np.uint8]) -> None:
    assert len(client.classify_batch(digits)) == 64
    assert len(list(client.classify_many(digits))) == 64
    missing = list(client.classify_many(f"nowhere/{index}.png" for index in range(100)))
    assert [each.path for each in missing if isinstance(each, ImageError)] == [f"nowhere/{i}.png" for i in range(100)]


@pytest.mark.parametrize("ordered", [True, False])
def test_an_error_of_a_whole_request_is_raised(client: Client, ordered: bool, digits: NDArray[np.uint8]) -> None:
    with pytest.raises(ModelNotFound, match="vgg"):
        list(client.classify_many(digits, model="vgg", ordered=ordered))  # type: ignore[call-overload]


@pytest.mark.parametrize("ordered", [True, False])
def test_images_are_read_only_as_needed(address: str, digits: NDArray[np.uint8], ordered: bool) -> None:
    """Of an endless stream, at most the batches in flight are read ahead."""
    taken = 0

    def endless() -> Iterator[NDArray[np.uint8]]:
        nonlocal taken
        while True:
            taken += 1
            yield digits[taken % 64]

    with Client(address, connections=2) as client:
        results: Any = client.classify_many(endless(), ordered=ordered)  # type: ignore[call-overload]
        for _ in range(1000):
            next(results)
        results.close()
    assert taken <= 1000 + 6 * 64


@pytest.mark.parametrize("ordered", [True, False])
def test_asynchronous_images_are_read_only_as_needed(address: str, digits: NDArray[np.uint8], ordered: bool) -> None:
    taken = 0

    async def endless() -> AsyncIterator[NDArray[np.uint8]]:
        nonlocal taken
        while True:
            taken += 1
            yield digits[taken % 64]

    async def run() -> None:
        async with AsyncClient(address, connections=2) as client:
            results: Any = client.classify_many(endless(), ordered=ordered)  # type: ignore[call-overload]
            for _ in range(1000):
                await anext(results)
            await results.aclose()

    asyncio.run(run())
    assert taken <= 1000 + 6 * 64


class Gate(rpc.ClassifierServicer):
    """Holds back the first batch until `open` is set; the label of each image is its first byte."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self._first = threading.Lock()

    def Classify(self, request: pb.ClassifyRequest, context: grpc.ServicerContext) -> pb.ClassifyResponse:  # noqa: ARG002, N802
        if request.images[0].pixels.data[0] == 0:
            self.open.wait(30)
        tops = [[pb.LabelScore(label=str(each.pixels.data[0]), score=1)] for each in request.images]
        return pb.ClassifyResponse(results=[pb.Result(prediction=pb.Prediction(top=top)) for top in tops])

    # Not called by these tests; mypy takes the generated class for abstract.
    ClassifyStream = ListModels = GetModel = rpc.ClassifierServicer.ClassifyStream  # type: ignore[assignment]


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def gated(gate: Gate) -> Iterator[str]:
    """HOST:PORT of the server with the gate."""
    with serve(partial(rpc.add_ClassifierServicer_to_server, gate), threads=16) as address:
        yield address
        gate.open.set()


def images_of_batches(count: int) -> list[NDArray[np.uint8]]:
    """Images whose pixels are the number of their batch."""
    return [np.full((1, 1, 1), index // 64, np.uint8) for index in range(count * 64)]


def test_a_slow_batch_does_not_delay_unordered_results(gate: Gate, gated: str) -> None:
    """The first batch is answered only after all others."""
    seen = []
    with Client(gated) as client:
        for index, result in client.classify_many(images_of_batches(8), ordered=False):
            assert isinstance(result, Prediction)
            assert result.label == str(index // 64)
            seen.append(index)
            if len(seen) == 7 * 64:
                gate.open.set()
    assert sorted(seen[: 7 * 64]) == list(range(64, 8 * 64))
    assert sorted(seen) == list(range(8 * 64))


def test_a_slow_batch_does_not_delay_unordered_results_of_the_async_client(gate: Gate, gated: str) -> None:
    async def run() -> list[int]:
        seen = []
        async with AsyncClient(gated) as client:
            async for index, result in client.classify_many(images_of_batches(8), ordered=False):
                assert isinstance(result, Prediction)
                assert result.label == str(index // 64)
                seen.append(index)
                if len(seen) == 7 * 64:
                    gate.open.set()
        return seen

    seen = asyncio.run(run())
    assert sorted(seen[: 7 * 64]) == list(range(64, 8 * 64))
    assert sorted(seen) == list(range(8 * 64))


def test_closing_the_client_ends_a_stream_with_an_error(gated: str) -> None:
    with Client(gated) as client:
        results: Any = client.classify_many(images_of_batches(2), ordered=False)
        assert next(results)[0] == 64  # the first batch waits at the gate
        client.close()
        with pytest.raises(LenetError, match="Channel closed"):
            list(results)
