"""In any interleaving of calls, each caller gets the answer to its own images, from the model it named."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.inference import grpc_service_pb2_grpc as inference_rpc
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.support.server.asking import OF_INFERENCE, RAW, WAYS, Asker, Question, outputs_of
from tests.support.server.repositories import publish, shifted

TIMEOUT = 30.0
DIGITS = 64
VERSIONS = {"lenet": 1, "turned": 7}
STAYS, CANCELS, HURRIES = "stays", "cancels", "hurries"
ENDS = {
    STAYS: {grpc.StatusCode.OK},
    CANCELS: {grpc.StatusCode.OK, grpc.StatusCode.CANCELLED},
    HURRIES: {grpc.StatusCode.OK, grpc.StatusCode.DEADLINE_EXCEEDED},
}


@dataclass(frozen=True)
class Caller:
    """A request, unary or in a stream, and whether its caller stays, cancels, or has a short deadline."""

    question: Question
    streams: bool
    fate: str


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of the bundled model, and one whose labels are shifted."""
    root = tmp_path_factory.mktemp("models")
    publish(root, "lenet", VERSIONS["lenet"])
    publish(root, "turned", VERSIONS["turned"], shifted(3))
    return root


@pytest.fixture(scope="module")
def asker(two_models: Path, digits: NDArray[np.uint8]) -> Asker:
    """The models' answers, computed without a server."""
    files = {(name, version): two_models / name / str(version) / "model.onnx" for name, version in VERSIONS.items()}
    return Asker(digits, {served: outputs_of(file.read_bytes(), digits) for served, file in files.items()})


@pytest.fixture(scope="module", params=[8, 64])
def channels(settings: Settings, two_models: Path, request: pytest.FixtureRequest) -> Iterator[list[grpc.Channel]]:
    """Two connections to a server whose batches are small, so that many calls are split, or large, so that few are."""
    with App(
        replace(settings, model_repository=two_models, max_batch_size=request.param), CollectorRegistry()
    ) as running:
        address = f"127.0.0.1:{running.grpc_port}"
        own = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(address, own) as one, grpc.insecure_channel(address, own) as other:
            yield [one, other]


models = st.sampled_from(sorted(VERSIONS))
callers = st.builds(
    lambda way, model, first, count, priority, streams, fate: Caller(
        Question("", way, model, VERSIONS[model], tuple((first + step) % DIGITS for step in range(count)), priority),
        streams,
        fate,
    ),
    way=st.sampled_from(WAYS),
    model=models,
    first=st.integers(0, DIGITS - 1),
    count=st.integers(1, 20) | st.sampled_from([1, 64, 100]),
    priority=st.integers(0, 9),
    streams=st.booleans(),
    fate=st.sampled_from([STAYS, STAYS, STAYS, CANCELS, HURRIES]),
)


def _request_id(number: int, caller: Caller) -> str:
    """Empty for unary arrays: requests without an id may match a template, and be coalesced."""
    return "" if caller.question.way == RAW and not caller.streams else str(number)


class ConcurrentCallers:
    """Callers that call at the same time."""

    def __init__(self, asker: Asker, channels: list[grpc.Channel], callers: list[Caller]) -> None:
        self._asker = asker
        self._channels = channels
        self._callers = [
            replace(caller, question=replace(caller.question, request_id=_request_id(number, caller)))
            for number, caller in enumerate(callers)
        ]

    def run(self) -> None:
        """Make all calls, and check each response."""
        with ThreadPoolExecutor(4) as threads:
            of_streams = [
                threads.submit(self._stream, channel, inference)
                for channel in self._channels
                for inference in (True, False)
            ]
            calls = [
                (caller, self._call(caller, self._channels[number % 2]))
                for number, caller in enumerate(self._callers)
                if not caller.streams
            ]
            for caller, call in calls:
                self._check(caller, call)
            for stream in of_streams:
                stream.result(TIMEOUT)

    def _call(self, caller: Caller, channel: grpc.Channel) -> Any:
        request = self._asker.request(caller.question)
        method: Any = (
            inference_rpc.GRPCInferenceServiceStub(channel).ModelInfer
            if caller.question.way in OF_INFERENCE
            else rpc.ClassifierStub(channel).Classify
        )
        call = method.future(request, timeout=0.003 if caller.fate == HURRIES else TIMEOUT)
        if caller.fate == CANCELS:
            call.cancel()
        return call

    def _check(self, caller: Caller, call: Any) -> None:
        assert call.code() in ENDS[caller.fate], call
        if call.code() is grpc.StatusCode.OK:
            self._asker.check(caller.question, call.result())

    def _stream(self, channel: grpc.Channel, inference: bool) -> None:
        """Send the requests of one service's stream, over one connection."""
        questions = [
            caller.question
            for number, caller in enumerate(self._callers)
            if caller.streams
            and self._channels[number % 2] is channel
            and (caller.question.way in OF_INFERENCE) == inference
        ]
        requests: Iterator[Any] = map(self._asker.request, questions)
        if inference:
            streamed = inference_rpc.GRPCInferenceServiceStub(channel).ModelStreamInfer(requests, timeout=TIMEOUT)
            for question, answer in zip(questions, streamed, strict=True):
                assert not answer.error_message
                self._asker.check(question, answer.infer_response)
            return
        left = {question.request_id: question for question in questions}
        for response in rpc.ClassifierStub(channel).ClassifyStream(requests, timeout=TIMEOUT):
            self._asker.check(left.pop(response.id), response)
        assert not left


@settings(deadline=None, max_examples=40)
@given(callers=st.lists(callers, min_size=1, max_size=40))
def test_any_interleaving_gives_each_caller_its_own_answer(
    asker: Asker, channels: list[grpc.Channel], callers: list[Caller]
) -> None:
    ConcurrentCallers(asker, channels, callers).run()
