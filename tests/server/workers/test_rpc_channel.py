"""A line between two processes: each question gets its own answer, or is told that there will be none."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from lenet_server.errors import ModelNotFound, Unavailable
from lenet_server.workers.rpc_channel import ChannelClosed, RpcChannel

TIMEOUT = 10.0


@contextmanager
def connected(
    left: Callable[[Any], object], right: Callable[[Any], object], at_once: tuple[type, ...] = ()
) -> Iterator[tuple[RpcChannel, RpcChannel]]:
    """Both ends of a line, and how each answers."""
    ours, theirs = multiprocessing.Pipe()
    with ThreadPoolExecutor() as executor, ours, theirs:
        ends = RpcChannel(ours, left, executor), RpcChannel(theirs, right, executor, at_once)
        listeners = [threading.Thread(target=end.listen) for end in ends]
        for listener in listeners:
            listener.start()
        yield ends
        for end in ends:
            end.hang_up()
        for listener in listeners:
            listener.join(TIMEOUT)


def test_both_sides_ask_and_each_question_gets_its_own_answer() -> None:
    with connected(lambda text: text.upper(), lambda number: number + 1) as (left, right):
        numbers = [left.ask(number) for number in range(100)]
        texts = [right.ask(f"text {number}") for number in range(100)]
        assert [each.result(TIMEOUT) for each in numbers] == list(range(1, 101))
        assert [each.result(TIMEOUT) for each in texts] == [f"TEXT {number}" for number in range(100)]


@pytest.mark.parametrize("error", [ModelNotFound("no model 'x'"), Unavailable()])
def test_a_refusal_arrives_as_it_was_raised(error: Exception) -> None:
    def refuse(_: object) -> None:
        raise error

    with connected(refuse, refuse) as (left, _), pytest.raises(type(error)) as raised:
        left.ask("anything").result(TIMEOUT)
    assert str(raised.value) == str(error)


def test_what_nobody_foresaw_is_answered_too(caplog: pytest.LogCaptureFixture) -> None:
    with connected(len, len) as (left, _):
        with pytest.raises(RuntimeError, match="failed unexpectedly"):
            left.ask(None).result(TIMEOUT)
        assert left.ask("four").result(TIMEOUT) == 4
    assert "object of type 'NoneType' has no len()" in caplog.text


def test_questions_for_at_once_do_not_wait_for_those_that_take_time() -> None:
    gate = threading.Event()

    def answer(message: object) -> bool:
        return isinstance(message, int) or gate.wait(TIMEOUT)

    with connected(answer, answer, at_once=(int,)) as (left, _):
        slow = [left.ask("slow") for _ in range(100)]
        assert left.ask(1).result(TIMEOUT)
        assert not any(each.done() for each in slow)
        gate.set()
        assert all(each.result(TIMEOUT) for each in slow)


def test_nobody_waits_for_a_side_that_is_gone() -> None:
    gate = threading.Event()
    with connected(gate.wait, lambda _: gate.wait(TIMEOUT)) as (left, right):
        asked = left.ask("never answered")
        right.hang_up()
        with pytest.raises(ChannelClosed):
            asked.result(TIMEOUT)
        assert left.closed.wait(TIMEOUT)
        with pytest.raises(ChannelClosed):
            left.ask("too late").result(TIMEOUT)
        gate.set()
