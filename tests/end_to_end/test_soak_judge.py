"""The checks of the soak detect every kind of violation."""

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.ours import MODEL
from benchmarks.publishing import changed
from benchmarks.soak import expected
from benchmarks.soak.expected import Outputs, Pictures
from benchmarks.soak.protocols import RequestSpec, Response
from benchmarks.soak.report import FaultLog, Report, violations

VERSIONS = [("first", 1), ("first", 2), ("second", 1)]
CHOSEN = np.array([3, 1, 4], np.intp)
REQUEST = RequestSpec("a", "first", CHOSEN, encoded=False)
SPAN = (10.0, 10.5)
SERVED = FaultLog(published=dict.fromkeys(VERSIONS, 0.0))


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return expected.make({key: changed(MODEL, seed) for seed, key in enumerate(VERSIONS)}, count=20)


def outputs(pictures: Pictures, version: tuple[str, int], chosen: NDArray[np.intp]) -> Outputs:
    expected = pictures.expected[version]
    return Outputs(expected.probabilities[chosen], expected.logits[chosen])


def judged(pictures: Pictures, response: Response, faults: FaultLog = SERVED) -> list[str]:
    report = Report()
    report.add_response(REQUEST, response, pictures, SPAN, retrying=False)
    return violations(report, faults)


def test_the_expected_response_passes(pictures: Pictures) -> None:
    assert judged(pictures, Response("a", "first", 1, outputs(pictures, ("first", 1), CHOSEN))) == []


def test_the_expected_response_passes_without_a_version(pictures: Pictures) -> None:
    assert judged(pictures, Response("a", "first", 0, outputs(pictures, ("first", 2), CHOSEN))) == []


@pytest.mark.parametrize(
    ("version", "response_fields", "chosen"),
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
        "one image missing",
        "another version's",
        "another model's",
        "another model's, without a version",
        "another model's name",
        "another request's id",
        "an unknown version",
    ],
)
def test_a_wrong_response_is_detected(
    pictures: Pictures, version: tuple[str, int], response_fields: tuple[str, str, int], chosen: list[int]
) -> None:
    found = judged(pictures, Response(*response_fields, outputs(pictures, version, np.array(chosen, np.intp))))
    assert len(found) == 1
    assert found[0].startswith("a wrong response")


def test_a_version_out_of_service_is_detected(pictures: Pictures) -> None:
    response = Response("a", "first", 1, outputs(pictures, ("first", 1), CHOSEN))
    early = FaultLog(published={("first", 1): 11.0})
    late = FaultLog(published={("first", 1): 0.0}, retired={("first", 1): 5.0})
    just_retired = FaultLog(published={("first", 1): 0.0}, retired={("first", 1): 9.9})
    assert judged(pictures, response, early) == ["('first', 1) responded before it was published"]
    assert judged(pictures, response, late) == ["('first', 1) responded to a call sent 5.0 s after it was retired"]
    assert judged(pictures, response, just_retired) == []


def test_only_calls_at_a_killed_worker_may_be_unavailable() -> None:
    report = Report()
    report.add_failure("UNAVAILABLE", "Socket closed", SPAN, retrying=False)
    assert violations(report, FaultLog(kills=[10.2])) == []
    assert violations(report, FaultLog(kills=[20.0])) == ["1 calls ended UNAVAILABLE without a kill"]


@pytest.mark.parametrize(
    ("status", "retrying"), [("UNAVAILABLE", True), ("INTERNAL", False), ("DEADLINE_EXCEEDED", False)]
)
def test_no_other_error_may_be_seen(status: str, retrying: bool) -> None:
    report = Report()
    report.add_failure(status, "why", SPAN, retrying=retrying)
    assert len(violations(report, FaultLog(kills=[10.2]))) == 1


def test_reports_of_several_processes_add_up(pictures: Pictures) -> None:
    whole = Report()
    for ended in (10.5, 9.5):
        part = Report()
        part.add_failure("UNAVAILABLE", "Socket closed", SPAN, retrying=False)
        response = Response("a", "first", 1, outputs(pictures, ("first", 1), CHOSEN))
        part.add_response(REQUEST, response, pictures, (9.0, ended), retrying=True)
        whole.add(part)
    assert whole.counts == {"responses": 2, "images": 6}
    assert whole.first_response == {("first", 1): 9.5}
    assert len(whole.unavailable) == len(whole.waited) == 2
