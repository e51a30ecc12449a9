"""The batcher by itself: a model that is a function, callers that are threads."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lenet_server.batcher import Batcher, Computed
from lenet_server.errors import CallerGone, DeadlineExceeded, ModelRetired, QueueFull, ServingError
from lenet_server.job import Job, Outputs
from tests.server.someone import Someone

Images = NDArray[np.uint8]


class Journal:
    """A BatchObserver that remembers."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.ended: list[bool] = []
        self.rejected: list[type[ServingError]] = []

    def batch_computed(self, batch: Computed) -> None:
        assert batch.seconds >= 0
        assert all(seconds >= 0 for seconds in batch.queue_seconds)
        assert batch.calls >= len(batch.queue_seconds)
        assert batch.probabilities is None or len(batch.probabilities) == batch.images
        self.batches.append(batch.images)
        self.ended.append(batch.probabilities is None)

    def job_rejected(self, reason: ServingError) -> None:
        self.rejected.append(type(reason))

    def write(self) -> None:
        """Nothing to write down."""


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
    batcher.submit(Job(images(*values), answer.put, Someone()))
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
        batcher.submit(Job(images(0), outcomes.put, Someone()))
        assert gate.busy.wait(10)
        for value in range(1, 6):
            batcher.submit(Job(images(value), outcomes.put, Someone()))
        assert len(batcher) == 5
        gate.open.set()
        assert [answers(outcomes.get(timeout=10)) for _ in range(6)] == [[0], [1], [2], [3], [4], [5]]
    assert journal.batches == [1, 5]


def test_a_batch_holds_no_more_images_than_it_may() -> None:
    gate, journal, outcomes = Gate(), Journal(), SimpleQueue[Outputs | Exception]()
    with running(gate, journal, max_batch_size=4) as batcher:
        batcher.submit(Job(images(0), outcomes.put, Someone()))
        assert gate.busy.wait(10)
        for value in (1, 2, 3):
            batcher.submit(Job(images(value, value), outcomes.put, Someone()))
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
            batcher.submit(Job(images(value), outcomes.put, Someone()))
        assert [answers(outcomes.get(timeout=10)) for _ in range(3)] == [[0], [1], [2]]
    assert journal.batches == [3]


def test_a_delay_ends_although_the_batch_is_not_full() -> None:
    with running(echo, max_batch_size=3, max_delay_seconds=0.01) as batcher:
        assert answers(ask(batcher, 5)) == [5]


def test_a_full_queue_refuses_at_once_and_recovers() -> None:
    gate, journal, outcomes = Gate(), Journal(), SimpleQueue[Outputs | Exception]()
    with running(gate, journal, max_queue_size=2) as batcher:
        batcher.submit(Job(images(0), outcomes.put, Someone()))
        assert gate.busy.wait(10)
        batcher.submit(Job(images(1), outcomes.put, Someone()))
        batcher.submit(Job(images(2), outcomes.put, Someone()))
        with pytest.raises(QueueFull, match="2 requests wait"):
            batcher.submit(Job(images(3), outcomes.put, Someone()))
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
    ("deadline", "left", "reason"),
    [(0.0, False, DeadlineExceeded), (float("inf"), True, CallerGone)],
    ids=["expired", "cancelled"],
)
def test_callers_that_left_are_dropped_before_the_model_runs(
    deadline: float, left: bool, reason: type[Exception]
) -> None:
    gate, journal, outcomes = Gate(), Journal(), SimpleQueue[Outputs | Exception]()
    dropped: SimpleQueue[Outputs | Exception] = SimpleQueue()
    with running(gate, journal) as batcher:
        batcher.submit(Job(images(0), outcomes.put, Someone()))
        assert gate.busy.wait(10)
        batcher.submit(Job(images(1), dropped.put, Someone(left=left), deadline=deadline))
        batcher.submit(Job(images(2), outcomes.put, Someone()))
        gate.open.set()
        assert [answers(outcomes.get(timeout=10)) for _ in range(2)] == [[0], [2]]
    assert isinstance(dropped.get_nowait(), reason)
    assert journal.batches == [1, 1]
    assert journal.rejected == [reason]


def test_callers_that_left_make_room_in_the_queue_and_in_the_batch() -> None:
    gate, journal, outcomes = Gate(), Journal(), SimpleQueue[Outputs | Exception]()
    with running(gate, journal, max_queue_size=4, max_batch_size=4) as batcher:
        batcher.submit(Job(images(0), outcomes.put, Someone()))
        assert gate.busy.wait(10)
        for value in range(1, 5):
            batcher.submit(Job(images(value), SimpleQueue[Outputs | Exception]().put, Someone(left=True)))
        for value in range(1, 5):
            batcher.submit(Job(images(value), outcomes.put, Someone()))
        gate.open.set()
        assert [answers(outcomes.get(timeout=10)) for _ in range(5)] == [[0], [1], [2], [3], [4]]
    assert journal.batches == [1, 4]


def test_an_observer_that_fails_costs_one_batch_and_not_the_batcher() -> None:
    class Failing(Journal):
        def batch_computed(self, batch: Computed) -> None:
            super().batch_computed(batch)
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
    batcher.submit(Job(images(0), outcomes.put, Someone()))
    assert gate.busy.wait(10)
    batcher.submit(Job(images(1), outcomes.put, Someone()))
    stopping = threading.Thread(target=batcher.stop)
    stopping.start()
    gate.open.set()
    stopping.join(10)
    assert [answers(outcomes.get_nowait()) for _ in range(2)] == [[0], [1]]
    with pytest.raises(ModelRetired):
        batcher.submit(Job(images(2), outcomes.put, Someone()))


def test_the_most_urgent_call_comes_first_even_before_the_rest_of_one_that_was_begun() -> None:
    gate, journal, outcomes = Gate(), Journal(), SimpleQueue[tuple[str, Outputs | Exception]]()

    def job(name: str, priority: int, *values: int) -> Job:
        return Job(images(*values), lambda outcome: outcomes.put((name, outcome)), Someone(), priority)

    with running(gate, journal, max_batch_size=4) as batcher:
        batcher.submit(job("large", 5, *range(10)))
        assert gate.busy.wait(10)
        for name, priority in (("later", 9), ("equal", 5), ("urgent", 1)):
            batcher.submit(job(name, priority, 1, 2, 3, 4))
        gate.open.set()
        found = [outcomes.get(timeout=10) for _ in range(4)]
    assert [name for name, _ in found] == ["urgent", "large", "equal", "later"]
    assert answers(found[1][1]) == list(range(10))
    assert journal.batches == [4, 4, 4, 4, 4, 2]


def test_the_rest_of_a_call_is_not_computed_when_its_caller_leaves_or_its_first_part_fails() -> None:
    outcomes: SimpleQueue[Outputs | Exception] = SimpleQueue()
    leaver = Someone()
    sizes: list[int] = []

    class Leaving(Someone):
        def has_left(self) -> bool:
            return len(sizes) == 1

    def predict(batch: Images) -> Outputs:
        sizes.append(len(batch))
        return fail(batch) if len(sizes) == 2 else echo(batch)

    with running(predict, max_batch_size=4) as batcher:
        batcher.submit(Job(images(*range(10)), outcomes.put, Leaving()))
        assert isinstance(outcomes.get(timeout=10), CallerGone)
        batcher.submit(Job(images(*range(10)), outcomes.put, leaver))
        assert isinstance(outcomes.get(timeout=10), RuntimeError)
        assert answers(ask(batcher, 7)) == [7]
    assert sizes == [4, 4, 1]


def test_a_caller_computes_in_its_own_thread_while_the_model_is_free() -> None:
    outcomes: SimpleQueue[Outputs | Exception] = SimpleQueue()
    threads: list[int] = []

    def predict(batch: Images) -> Outputs:
        threads.append(threading.get_ident())
        return echo(batch)

    with running(predict) as batcher:
        batcher.submit(Job(images(3), outcomes.put, Someone()), wake=False)
        assert not batcher.step()
        assert answers(outcomes.get_nowait()) == [3]
    assert threads == [threading.get_ident()]


def test_images_that_come_together_are_computed_at_once_while_the_model_is_free() -> None:
    journal, gate = Journal(), Gate()
    with running(gate, journal) as batcher:
        batcher.submit(Job(images(0), lambda _: None, Someone()))
        assert gate.busy.wait(10)
        assert batcher.run(images(1, 2), [0.0, 0.0]) is None
        gate.open.set()
    assert batcher.run(images(1, 2), [0.0, 0.0]) is None  # it has stopped
    with running(echo, journal) as batcher:
        outputs = batcher.run(images(1, 2), [0.0, 0.0])
        assert outputs is not None
        assert answers(outputs) == [1, 2]
    assert journal.batches == [1, 2]


def test_a_failure_of_those_is_told_when_it_comes_again_and_not_twice() -> None:
    journal = Journal()
    with running(fail, journal) as batcher:
        with pytest.raises(RuntimeError):
            batcher.run(images(1), [0.0])
        assert isinstance(ask(batcher, 1), RuntimeError)
    assert journal.ended == [True]


@dataclass(frozen=True)
class Asked:
    """One call of the property test."""

    size: int
    priority: int
    leaves: bool
    steps: bool  # whether its thread computes, or leaves that to the batcher


asked = st.builds(Asked, st.integers(1, 30), st.integers(1, 9), st.booleans(), st.booleans())


@hypothesis_settings(deadline=None, max_examples=40)
@given(calls=st.lists(asked, min_size=1, max_size=40), max_batch_size=st.integers(1, 12))
def test_every_caller_gets_its_own_answer(calls: list[Asked], max_batch_size: int) -> None:
    """Whatever the sizes and priorities, whoever leaves and whoever computes, in whatever order the threads come."""

    def caller(number: int, call: Asked) -> None:
        answer: SimpleQueue[Outputs | Exception] = SimpleQueue()
        values = [(number * 31 + position) % 256 for position in range(call.size)]
        job = Job(images(*values), answer.put, Someone(left=call.leaves), call.priority)
        batcher.submit(job, wake=not call.steps)
        while call.steps and batcher.step():
            pass
        outcome = answer.get(timeout=10)
        if call.leaves:
            assert isinstance(outcome, CallerGone)
        else:
            assert answers(outcome) == values
        assert answer.empty()

    with running(echo, max_batch_size=max_batch_size) as batcher, ThreadPoolExecutor(8) as threads:
        started = [threads.submit(caller, number, call) for number, call in enumerate(calls)]
        for each in started:
            each.result(timeout=10)
