"""Calls of clients that have left are not computed, and do not delay others."""

from collections.abc import Iterator

import grpc
import pytest

from tests.server.regressions.conftest import MODELS
from tests.support.processes import ServerProcess, server_process
from tests.support.server.asking import PIXELS, RAW, Asker, Question
from tests.support.server.exposition import metrics, total
from tests.support.server.sending import send

Code = grpc.StatusCode


@pytest.fixture(scope="module")
def server(transport: str) -> Iterator[ServerProcess]:
    """The program with a long queue delay: time for clients to leave."""
    with server_process(MODELS, f"--transport={transport}", "--max-queue-delay-ms=1000") as running:
        yield running


def question(number: int) -> Question:
    return Question(str(number), RAW if number % 2 else PIXELS, "lenet", 1, (number,))


def test_dead_requests_are_not_computed(server: ServerProcess, connected: grpc.Channel, asker: Asker) -> None:
    """tensorflow/serving#1265, pytorch/serve#1322, triton server#7532."""
    before = metrics(server.http_port)
    waits = send(connected, asker, question(0))
    hurry = [send(connected, asker, question(number), timeout=0.1) for number in range(1, 9)]
    leave = [send(connected, asker, question(number)) for number in range(9, 17)]
    for call in leave:
        call.cancel()
    assert {call.code() for call in hurry} == {Code.DEADLINE_EXCEEDED}
    assert {call.code() for call in leave} == {Code.CANCELLED}
    asker.check(question(0), waits.result())
    after = metrics(server.http_port)
    assert total(after, "lenet_images_total") - total(before, "lenet_images_total") == 1


def test_one_cancelled_caller_does_not_hang_the_batch(connected: grpc.Channel, asker: Asker) -> None:
    """ray#50046, and MLServer's batcher."""
    calls = {number: send(connected, asker, question(number)) for number in range(16)}
    calls.pop(7).cancel()
    for number, call in calls.items():
        asker.check(question(number), call.result())
