"""A continuous load from clients of every kind, with counts of their responses."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import grpc

from lenet.inference import grpc_service_pb2_grpc as inference_rpc
from lenet.v1 import classifier_pb2_grpc as rpc
from tests.support.server.asking import OF_INFERENCE, PIXELS, RAW, WAYS, Asker, Question
from tests.support.server.sending import TIMEOUT, send

# Two clients of each kind of request, and of each kind of stream.
STREAMS = (f"stream of {RAW}", f"stream of {PIXELS}")
KINDS = (*WAYS, *STREAMS) * 2


class Load:
    """A load. Attributes: `answered`, responses by kind of client; `refused`, failed calls by status."""

    def __init__(self, port: int, asker: Asker) -> None:
        self.answered: Counter[str] = Counter()
        self.refused: Counter[grpc.StatusCode] = Counter()
        self._port = port
        self._asker = asker
        self._counting = threading.Condition()
        self._stop = threading.Event()
        self._wrong: list[str] = []
        self._clients = [
            threading.Thread(target=self._run, args=(number, kind), name=kind) for number, kind in enumerate(KINDS)
        ]

    def wait_for(self, more: int) -> None:
        """Wait until each kind of client has received `more` further responses."""
        with self._counting:
            before = self.answered.copy()
            assert self._counting.wait_for(
                lambda: all(self.answered[kind] - before[kind] >= more for kind in KINDS), TIMEOUT
            ), f"only {self.answered} after {before}, refused {self.refused}, wrong {self._wrong}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send for the length of a `with` block. A client stops early after its first failed call."""
        for each in self._clients:
            each.start()
        try:
            yield
        finally:
            self._stop.set()
            for each in self._clients:
                each.join(TIMEOUT)
        assert not self._wrong
        assert not [each.name for each in self._clients if each.is_alive()]

    def until_refused(self) -> None:
        """Wait until each client has stopped after a failed call."""
        for each in self._clients:
            each.join(TIMEOUT)

    def _run(self, number: int, kind: str) -> None:
        own = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(f"127.0.0.1:{self._port}", own) as channel:
            try:
                if kind in STREAMS:
                    self._stream(channel, number, kind)
                else:
                    self._ask(channel, number, kind)
            except grpc.RpcError as error:
                with self._counting:
                    self.refused[error.code()] += 1
            except AssertionError as error:
                self._wrong.append(f"{kind}: {error}")

    def _questions(self, number: int, way: str) -> Iterator[Question]:
        for turn in count():
            if self._stop.is_set():
                return
            digits = tuple((7 * number + turn + step) % 64 for step in range(1 + turn % 3))
            yield Question(f"{number} {turn}", way, "lenet", 0, digits)

    def _ask(self, channel: grpc.Channel, number: int, way: str) -> None:
        for question in self._questions(number, way):
            if way == RAW:  # as tritonclient does: the server has a faster path for requests without an id
                question = replace(question, request_id="")
            self._note(way, question, send(channel, self._asker, question).result())

    def _stream(self, channel: grpc.Channel, number: int, kind: str) -> None:
        way = kind.removeprefix("stream of ")
        asked: dict[str, Question] = {}

        def requests() -> Iterator[Any]:
            for question in self._questions(number, way):
                asked[question.request_id] = question
                yield self._asker.request(question)

        if way in OF_INFERENCE:
            for answer in inference_rpc.GRPCInferenceServiceStub(channel).ModelStreamInfer(requests()):
                assert not answer.error_message, answer.error_message
                self._note(kind, asked.pop(answer.infer_response.id), answer.infer_response)
        else:
            for response in rpc.ClassifierStub(channel).ClassifyStream(requests()):
                assert not response.HasField("error"), response.error
                self._note(kind, asked.pop(response.id), response)

    def _note(self, kind: str, question: Question, response: Any) -> None:
        self._asker.check(question, response)
        with self._counting:
            self.answered[kind] += 1
            self._counting.notify_all()
