"""The judge of the soak: what it must notice, for a soak that notices nothing proves nothing."""

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.ours import MODEL
from benchmarks.publishing import changed
from benchmarks.soak import expected
from benchmarks.soak.expected import Outputs, Pictures
from benchmarks.soak.protocols import Answer, Question
from benchmarks.soak.report import Disturbances, Report, violations

VERSIONS = [("first", 1), ("first", 2), ("second", 1)]
CHOSEN = np.array([3, 1, 4], np.intp)
QUESTION = Question("a", "first", CHOSEN, encoded=False)
SPAN = (10.0, 10.5)
SERVED = Disturbances(published=dict.fromkeys(VERSIONS, 0.0))


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return expected.make({key: changed(MODEL, seed) for seed, key in enumerate(VERSIONS)}, count=20)


def outputs(pictures: Pictures, version: tuple[str, int], chosen: NDArray[np.intp]) -> Outputs:
    right = pictures.right[version]
    return Outputs(right.probabilities[chosen], right.logits[chosen])


def judged(pictures: Pictures, answer: Answer, done: Disturbances = SERVED) -> list[str]:
    report = Report()
    report.answered(QUESTION, answer, pictures, SPAN, retrying=False)
    return violations(report, done)


def test_the_right_answer_passes(pictures: Pictures) -> None:
    assert judged(pictures, Answer("a", "first", 1, outputs(pictures, ("first", 1), CHOSEN))) == []


def test_a_right_answer_passes_where_the_caller_is_not_told_the_version(pictures: Pictures) -> None:
    assert judged(pictures, Answer("a", "first", 0, outputs(pictures, ("first", 2), CHOSEN))) == []


@pytest.mark.parametrize(
    ("version", "answered_as", "chosen"),
    [
        (("first", 1), ("a", "first", 1), [3, 1, 5]),
        (("first", 1), ("a", "first", 1), [1, 3, 4]),
        (("first", 1), ("a", "first", 1), [3, 1]),
        (("first", 1), ("a", "first", 2), [3, 1, 4]),
        (("second", 1), ("a", "first", 1), [3, 1, 4]),
        (("second", 1), ("a", "first", 0), [3, 1, 4]),
        (("first", 1), ("a", "second", 1), [3, 1, 4]),
        (("first", 1), ("b", "first", 1), [3, 1, 4]),
        (("first", 1), ("a", "first", 3), [3, 1, 4]),
    ],
    ids=[
        "another picture's",
        "another order",
        "one too few",
        "another version's",
        "another model's",
        "another model's, version not told",
        "another model's name",
        "another request's id",
        "a version that never was",
    ],
)
def test_a_wrong_answer_is_noticed(
    pictures: Pictures, version: tuple[str, int], answered_as: tuple[str, str, int], chosen: list[int]
) -> None:
    found = judged(pictures, Answer(*answered_as, outputs(pictures, version, np.array(chosen, np.intp))))
    assert len(found) == 1
    assert found[0].startswith("a wrong answer")


def test_a_version_out_of_service_is_noticed(pictures: Pictures) -> None:
    answer = Answer("a", "first", 1, outputs(pictures, ("first", 1), CHOSEN))
    early = Disturbances(published={("first", 1): 11.0})
    late = Disturbances(published={("first", 1): 0.0}, retired={("first", 1): 5.0})
    just_left = Disturbances(published={("first", 1): 0.0}, retired={("first", 1): 9.9})
    assert judged(pictures, answer, early) == ["('first', 1) answered before it was published"]
    assert judged(pictures, answer, late) == ["('first', 1) answered a call sent 5.0 s after it had left"]
    assert judged(pictures, answer, just_left) == []


def test_only_what_a_killed_worker_had_may_be_unavailable() -> None:
    report = Report()
    report.failed("UNAVAILABLE", "Socket closed", SPAN, retrying=False)
    assert violations(report, Disturbances(kills=[10.2])) == []
    assert violations(report, Disturbances(kills=[20.0])) == ["1 calls ended UNAVAILABLE and were in no killed worker"]


@pytest.mark.parametrize(
    ("status", "retrying"), [("UNAVAILABLE", True), ("INTERNAL", False), ("DEADLINE_EXCEEDED", False)]
)
def test_no_other_error_may_be_seen(status: str, retrying: bool) -> None:
    report = Report()
    report.failed(status, "why", SPAN, retrying=retrying)
    assert len(violations(report, Disturbances(kills=[10.2]))) == 1


def test_reports_of_several_processes_add_up(pictures: Pictures) -> None:
    whole = Report()
    for ended in (10.5, 9.5):
        part = Report()
        part.failed("UNAVAILABLE", "Socket closed", SPAN, retrying=False)
        answer = Answer("a", "first", 1, outputs(pictures, ("first", 1), CHOSEN))
        part.answered(QUESTION, answer, pictures, (9.0, ended), retrying=True)
        whole.add(part)
    assert whole.counts == {"answers": 2, "images": 6}
    assert whole.first_answered == {("first", 1): 9.5}
    assert len(whole.unavailable) == len(whole.waited) == 2
