"""RpcChannel: each request gets its own reply, or an exception if there will be none."""

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
    left: Callable[[Any], object], right: Callable[[Any], object], inline: tuple[type, ...] = ()
) -> Iterator[tuple[RpcChannel, RpcChannel]]:
    """Yield both ends of a channel; `left` and `right` are their handlers."""
    ours, theirs = multiprocessing.Pipe()
    with ThreadPoolExecutor() as executor, ours, theirs:
        ends = RpcChannel(ours, left, executor), RpcChannel(theirs, right, executor, inline)
        listeners = [threading.Thread(target=end.listen) for end in ends]
        for listener in listeners:
            listener.start()
        yield ends
        for end in ends:
            end.disconnect()
        for listener in listeners:
            listener.join(TIMEOUT)


def test_each_request_of_both_ends_gets_its_own_reply() -> None:
    with connected(lambda text: text.upper(), lambda number: number + 1) as (left, right):
        numbers = [left.request(number) for number in range(100)]
        texts = [right.request(f"text {number}") for number in range(100)]
        assert [each.result(TIMEOUT) for each in numbers] == list(range(1, 101))
        assert [each.result(TIMEOUT) for each in texts] == [f"TEXT {number}" for number in range(100)]


@pytest.mark.parametrize("error", [ModelNotFound("no model 'x'"), Unavailable()])
def test_a_serving_error_is_raised_in_the_requesting_process(error: Exception) -> None:
    def fail(_: object) -> None:
        raise error

    with connected(fail, fail) as (left, _), pytest.raises(type(error)) as raised:
        left.request("anything").result(TIMEOUT)
    assert str(raised.value) == str(error)


def test_an_unexpected_exception_is_logged_and_answered_with_a_runtime_error(caplog: pytest.LogCaptureFixture) -> None:
    with connected(len, len) as (left, _):
        with pytest.raises(RuntimeError, match="failed unexpectedly"):
            left.request(None).result(TIMEOUT)
        assert left.request("four").result(TIMEOUT) == 4
    assert "object of type 'NoneType' has no len()" in caplog.text


def test_inline_messages_do_not_wait_for_slow_ones() -> None:
    gate = threading.Event()

    def handle(message: object) -> bool:
        return isinstance(message, int) or gate.wait(TIMEOUT)

    with connected(handle, handle, inline=(int,)) as (left, _):
        slow = [left.request("slow") for _ in range(100)]
        assert left.request(1).result(TIMEOUT)
        assert not any(each.done() for each in slow)
        gate.set()
        assert all(each.result(TIMEOUT) for each in slow)


def test_requests_fail_once_the_other_end_has_disconnected() -> None:
    gate = threading.Event()
    with connected(gate.wait, lambda _: gate.wait(TIMEOUT)) as (left, right):
        pending = left.request("never answered")
        right.disconnect()
        with pytest.raises(ChannelClosed):
            pending.result(TIMEOUT)
        assert left.closed.wait(TIMEOUT)
        with pytest.raises(ChannelClosed):
            left.request("too late").result(TIMEOUT)
        gate.set()
