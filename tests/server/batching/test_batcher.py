"""The batcher alone: the size and order of batches, and that every caller gets its own outputs."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lenet_server.batching.batcher import Batcher
from lenet_server.batching.inline_runner import InlineRunner
from lenet_server.batching.job import Job, Outputs
from lenet_server.errors import CallerGone, ModelRetired
from tests.support.server.batching import Gate, Images, Journal, answers, ask, echo, images, running
from tests.support.server.someone import Someone


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


def test_a_caller_computes_in_its_own_thread_while_the_model_is_free() -> None:
    outcomes: SimpleQueue[Outputs | Exception] = SimpleQueue()
    threads: list[int] = []

    def predict(batch: Images) -> Outputs:
        threads.append(threading.get_ident())
        return echo(batch)

    with running(predict) as batcher:
        runner = InlineRunner()
        runner.submit(batcher, Job(images(3), outcomes.put, Someone()))
        submitted = runner.is_busy
        runner.step()
        assert answers(outcomes.get_nowait()) == [3]
        runner.flush()
        assert (submitted, runner.is_busy) == (True, False)
    assert threads == [threading.get_ident()]


def test_images_are_computed_ahead_of_the_queue_while_the_model_is_free() -> None:
    journal, gate = Journal(), Gate()
    with running(gate, journal) as batcher:
        batcher.submit(Job(images(0), lambda _: None, Someone()))
        assert gate.busy.wait(10)
        assert InlineRunner().compute_now(batcher, images(1, 2), [0.0, 0.0]) is None
        gate.open.set()
    assert InlineRunner().compute_now(batcher, images(1, 2), [0.0, 0.0]) is None  # it has stopped
    with running(echo, journal) as batcher:
        outputs = InlineRunner().compute_now(batcher, images(1, 2), [0.0, 0.0])
        assert outputs is not None
        assert answers(outputs) == [1, 2]
    assert journal.batches == [1, 2]


@dataclass(frozen=True)
class GeneratedCall:
    """One call of the property test."""

    size: int
    priority: int
    leaves: bool
    computes: bool  # whether its thread computes, or leaves that to the batcher
    steps: int  # batches that its thread computes before it leaves the rest to the batcher


generated = st.builds(
    GeneratedCall, st.integers(1, 30), st.integers(1, 9), st.booleans(), st.booleans(), st.integers(0, 40)
)


@hypothesis_settings(deadline=None, max_examples=40)
@given(calls=st.lists(generated, min_size=1, max_size=40), max_batch_size=st.integers(1, 12))
def test_every_caller_gets_its_own_answer(calls: list[GeneratedCall], max_batch_size: int) -> None:
    """With all sizes and priorities, callers that leave, threads that compute, and every order of threads."""

    def caller(number: int, call: GeneratedCall) -> None:
        answer: SimpleQueue[Outputs | Exception] = SimpleQueue()
        values = [(number * 31 + position) % 256 for position in range(call.size)]
        job = Job(images(*values), answer.put, Someone(left=call.leaves), call.priority)
        if call.computes:
            runner = InlineRunner()
            runner.submit(batcher, job)
            for _ in range(call.steps):
                runner.step()
            runner.finish()
        else:
            batcher.submit(job)
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
