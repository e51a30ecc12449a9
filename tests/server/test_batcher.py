"""The batcher by itself: a model that is a function, callers that are threads."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lenet_server.batcher import Batcher
from lenet_server.errors import CallerGone, DeadlineExceeded, QueueFull, ServingError, Unavailable
from lenet_server.job import Job, Outputs

Images = NDArray[np.uint8]


class Journal:
    """A BatchObserver that remembers."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.ended: list[bool] = []
        self.rejected: list[type[ServingError]] = []

    def batch_started(self, queue_seconds: Sequence[float]) -> None:
        assert all(seconds >= 0 for seconds in queue_seconds)

    def batch_finished(self, images: int, seconds: float) -> None:
        assert seconds >= 0
        self.batches.append(images)

    def batch_ended(self, seconds: float, *, failed: bool) -> None:
        assert seconds >= 0
        self.ended.append(failed)

    def job_rejected(self, reason: ServingError) -> None:
        self.rejected.append(type(reason))


class Gate:
    """A model that answers each image with its first pixel, and can be kept busy."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.busy = threading.Event()

    def __call__(self, images: Images) -> Outputs:
        self.busy.set()
        assert self.open.wait(10)
        return echo(images)


def echo(images: Images) -> Outputs:
    answers = images[:, 0, 0, :1].astype(np.float32)
    return Outputs(answers, answers)


def fail(_: Images) -> Outputs:
    raise RuntimeError("no such luck")


def images(*values: int) -> Images:
    return np.array(values, np.uint8).reshape(-1, 1, 1, 1)


@contextmanager
def running(
    predict: Callable[[Images], Outputs], journal: Journal | None = None, **options: float
) -> Iterator[Batcher]:
    batcher = Batcher(predict, journal or Journal(), name="test", **options)  # type: ignore[arg-type]
    batcher.start()
    try:
        yield batcher
    finally:
        batcher.stop()


def ask(batcher: Batcher, *values: int) -> Outputs | Exception:
    answer: SimpleQueue[Outputs | Exception] = SimpleQueue()
    batcher.submit(Job(images(*values), answer.put))
    return answer.get(timeout=10)


def answers(outcome: Outputs | Exception) -> list[int]:
    assert isinstance(outcome, Outputs)
    return [int(value) for value in outcome.probabilities[:, 0]]


def test_a_single_call_is_answered_at_once() -> None:
    with running(echo) as batcher:
        assert answers(ask(batcher, 7)) == [7]


def test_what_queued_while_the_model_was_busy_is_one_batch() -> None:
    gate, journal, outcomes = Gate(), Journal(), SimpleQueue[Outputs | Exception]()
    with running(gate, journal) as batcher:
        batcher.submit(Job(images(0), outcomes.put))
        assert gate.busy.wait(10)
        for value in range(1, 6):
            batcher.submit(Job(images(value), outcomes.put))
        assert len(batcher) == 5
        gate.open.set()
        assert [answers(outcomes.get(timeout=10)) for _ in range(6)] == [[0], [1], [2], [3], [4], [5]]
    assert journal.batches == [1, 5]


def test_a_batch_holds_no_more_images_than_it_may() -> None:
    gate, journal, outcomes = Gate(), Journal(), SimpleQueue[Outputs | Exception]()
    with running(gate, journal, max_batch_size=4) as batcher:
        batcher.submit(Job(images(0), outcomes.put))
        assert gate.busy.wait(10)
        for value in (1, 2, 3):
            batcher.submit(Job(images(value, value), outcomes.put))
        gate.open.set()
        assert [answers(outcomes.get(timeout=10)) for _ in range(4)] == [[0], [1, 1], [2, 2], [3, 3]]
    assert journal.batches == [1, 4, 2]


def test_a_call_larger_than_a_batch_is_split_and_put_together_again() -> None:
    journal = Journal()
    with running(echo, journal, max_batch_size=4) as batcher:
        assert answers(ask(batcher, *range(10))) == list(range(10))
    assert journal.batches == [4, 4, 2]


def test_a_delay_lets_a_batch_grow_until_it_is_full() -> None:
    journal, outcomes = Journal(), SimpleQueue[Outputs | Exception]()
    with running(echo, journal, max_batch_size=3, max_delay_seconds=60) as batcher:
        for value in range(3):
            batcher.submit(Job(images(value), outcomes.put))
        assert [answers(outcomes.get(timeout=10)) for _ in range(3)] == [[0], [1], [2]]
    assert journal.batches == [3]


def test_a_delay_ends_although_the_batch_is_not_full() -> None:
    with running(echo, max_batch_size=3, max_delay_seconds=0.01) as batcher:
        assert answers(ask(batcher, 5)) == [5]


def test_a_full_queue_refuses_at_once_and_recovers() -> None:
    gate, journal, outcomes = Gate(), Journal(), SimpleQueue[Outputs | Exception]()
    with running(gate, journal, max_queue_size=2) as batcher:
        batcher.submit(Job(images(0), outcomes.put))
        assert gate.busy.wait(10)
        batcher.submit(Job(images(1), outcomes.put))
        batcher.submit(Job(images(2), outcomes.put))
        with pytest.raises(QueueFull, match="2 requests wait"):
            batcher.submit(Job(images(3), outcomes.put))
        gate.open.set()
        assert [answers(outcomes.get(timeout=10)) for _ in range(3)] == [[0], [1], [2]]
        assert answers(ask(batcher, 4)) == [4]
    assert journal.rejected == [QueueFull]


def test_a_failing_batch_fails_all_its_callers_and_nobody_else() -> None:
    healthy, journal = threading.Event(), Journal()
    with running(lambda batch: echo(batch) if healthy.is_set() else fail(batch), journal) as batcher:
        outcome = ask(batcher, 1)
        assert isinstance(outcome, RuntimeError)
        healthy.set()
        assert answers(ask(batcher, 2)) == [2]
    assert journal.ended == [True, False]


@pytest.mark.parametrize(
    ("gone", "reason"),
    [({"deadline": 0.0}, DeadlineExceeded), ({"cancelled": lambda: True}, CallerGone)],
    ids=["expired", "cancelled"],
)
def test_callers_that_left_are_dropped_before_the_model_runs(gone: dict[str, float], reason: type[Exception]) -> None:
    gate, journal, outcomes = Gate(), Journal(), SimpleQueue[Outputs | Exception]()
    left: SimpleQueue[Outputs | Exception] = SimpleQueue()
    with running(gate, journal) as batcher:
        batcher.submit(Job(images(0), outcomes.put))
        assert gate.busy.wait(10)
        batcher.submit(Job(images(1), left.put, **gone))  # type: ignore[arg-type]
        batcher.submit(Job(images(2), outcomes.put))
        gate.open.set()
        assert [answers(outcomes.get(timeout=10)) for _ in range(2)] == [[0], [2]]
    assert isinstance(left.get_nowait(), reason)
    assert journal.batches == [1, 1]
    assert journal.rejected == [reason]


def test_callers_that_left_make_room_in_the_queue_and_in_the_batch() -> None:
    gate, journal, outcomes = Gate(), Journal(), SimpleQueue[Outputs | Exception]()
    with running(gate, journal, max_queue_size=4, max_batch_size=4) as batcher:
        batcher.submit(Job(images(0), outcomes.put))
        assert gate.busy.wait(10)
        for value in range(1, 5):
            batcher.submit(Job(images(value), SimpleQueue[Outputs | Exception]().put, cancelled=lambda: True))
        for value in range(1, 5):
            batcher.submit(Job(images(value), outcomes.put))
        gate.open.set()
        assert [answers(outcomes.get(timeout=10)) for _ in range(5)] == [[0], [1], [2], [3], [4]]
    assert journal.batches == [1, 4]


def test_an_observer_that_fails_costs_one_batch_and_not_the_batcher() -> None:
    class Failing(Journal):
        def batch_started(self, queue_seconds: Sequence[float]) -> None:
            super().batch_started(queue_seconds)
            if not self.rejected:
                self.rejected.append(ServingError)
                raise RuntimeError("out of ink")

    with running(echo, Failing()) as batcher:
        assert isinstance(ask(batcher, 1), RuntimeError)
        assert answers(ask(batcher, 2)) == [2]


def test_stop_answers_what_waits_and_refuses_what_comes() -> None:
    gate, outcomes = Gate(), SimpleQueue[Outputs | Exception]()
    batcher = Batcher(gate, Journal(), name="test")
    batcher.start()
    batcher.submit(Job(images(0), outcomes.put))
    assert gate.busy.wait(10)
    batcher.submit(Job(images(1), outcomes.put))
    stopping = threading.Thread(target=batcher.stop)
    stopping.start()
    gate.open.set()
    stopping.join(10)
    assert [answers(outcomes.get_nowait()) for _ in range(2)] == [[0], [1]]
    with pytest.raises(Unavailable):
        batcher.submit(Job(images(2), outcomes.put))


calls = st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=40)


@hypothesis_settings(deadline=None, max_examples=40)
@given(calls=calls, max_batch_size=st.integers(1, 12))
def test_every_caller_gets_its_own_answer(calls: list[tuple[int, bool]], max_batch_size: int) -> None:
    """Whatever the sizes and whoever cancels, in whatever order the threads come."""

    def caller(number: int, size: int, *, cancels: bool) -> None:
        answer: SimpleQueue[Outputs | Exception] = SimpleQueue()
        values = [number * 5 + position for position in range(size)]
        batcher.submit(Job(images(*(value % 256 for value in values)), answer.put, cancelled=lambda: cancels))
        outcome = answer.get(timeout=10)
        if cancels:
            assert isinstance(outcome, CallerGone)
        else:
            assert answers(outcome) == [value % 256 for value in values]

    with running(echo, max_batch_size=max_batch_size) as batcher, ThreadPoolExecutor(8) as threads:
        started = [
            threads.submit(caller, number, size, cancels=cancels) for number, (size, cancels) in enumerate(calls)
        ]
        for each in started:
            each.result(timeout=10)
