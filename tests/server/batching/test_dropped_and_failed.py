"""The batcher alone: callers that leave, models and observers that fail, full queues."""

import threading
from queue import SimpleQueue

import pytest

from lenet_server.batching.batcher import Computed
from lenet_server.batching.inline_runner import InlineRunner
from lenet_server.batching.job import Job, Outputs
from lenet_server.errors import CallerGone, DeadlineExceeded, QueueFull, ServingError
from tests.support.server.batching import Gate, Images, Journal, answers, ask, echo, fail, images, running
from tests.support.server.someone import Someone


def test_a_failing_batch_fails_its_own_callers_alone() -> None:
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


def test_a_failure_ahead_of_the_queue_is_reported_once() -> None:
    journal = Journal()
    with running(fail, journal) as batcher:
        with pytest.raises(RuntimeError):
            InlineRunner().compute_now(batcher, images(1), [0.0])
        assert isinstance(ask(batcher, 1), RuntimeError)
    assert journal.ended == [True]


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
