"""Counts and checks of a soak: what callers observed, which faults were injected, and the violations."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from benchmarks.soak.callers import FIRST_BACKOFF_SECONDS
from benchmarks.soak.expected import TOLERANCE, Pictures, Version
from benchmarks.soak.protocols import RequestSpec, Response

MAX_DESCRIPTIONS = 20  # of violations of one kind
GRACE_SECONDS = 1.0
"""The longest that a killed worker may hold its connections, and a swap take to reach every worker."""

Span = tuple[float, float]
"""When a call was sent and when it ended, by time.monotonic(), which is the same in all processes of a machine."""


@dataclass
class Report:
    """What the callers of one process observed; `add` sums the reports of several."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    """Errors that no caller may see, one for each call."""
    wrong: list[str] = field(default_factory=list)
    unavailable: list[Span] = field(default_factory=list)
    """Calls without retries that ended UNAVAILABLE."""
    waited: list[Span] = field(default_factory=list)
    """Calls with retries that succeeded after at least one back-off."""
    first_response: dict[Version, float] = field(default_factory=dict)
    last_sent: dict[Version, float] = field(default_factory=dict)

    def add_response(
        self, request: RequestSpec, response: Response, pictures: Pictures, span: Span, *, retrying: bool
    ) -> None:
        """Compare a response with the expected outputs, and count it."""
        candidates = [each for each in pictures.expected if each[0] == request.model]
        if response.version:
            candidates = [each for each in candidates if each[1] == response.version]
        differences = [pictures.difference(each, request.chosen, response.outputs) for each in candidates]
        # `not … <=` rejects NaN as well.
        if (
            (response.id, response.model) != (request.id, request.model)
            or not differences
            or not min(differences) <= TOLERANCE
        ):
            self.wrong.append(
                f"{len(request.chosen)} images to {request.model}:"
                f" {response.model} version {response.version or '?'},"
                f" request {request.id} got {response.id}, off by {min(differences, default=float('nan')):.2g}"
            )
            return
        version = candidates[int(np.argmin(differences))]
        sent, ended = span
        self.first_response[version] = min(ended, self.first_response.get(version, ended))
        self.last_sent[version] = max(sent, self.last_sent.get(version, sent))
        self.counts.update(responses=1, images=len(request.chosen))
        if retrying and ended - sent >= FIRST_BACKOFF_SECONDS:
            self.waited.append(span)

    def add_failure(self, status: str, message: str, span: Span, *, retrying: bool) -> None:
        """Count a call that ended with an error."""
        self.errors[f"{status} ({'with' if retrying else 'without'} retries)"] += 1
        if status == "UNAVAILABLE" and not retrying:
            self.unavailable.append(span)
        else:
            self.unexpected.append(f"{status} ({'with' if retrying else 'without'} retries): {message}")

    def add(self, other: "Report") -> None:
        """Add another process's report."""
        self.counts += other.counts
        self.errors += other.errors
        self.wrong += other.wrong
        self.unexpected += other.unexpected
        self.unavailable += other.unavailable
        self.waited += other.waited
        for version, moment in other.first_response.items():
            self.first_response[version] = min(moment, self.first_response.get(version, moment))
        for version, moment in other.last_sent.items():
            self.last_sent[version] = max(moment, self.last_sent.get(version, moment))


@dataclass
class FaultLog:
    """Injected faults, by time.monotonic(): kills, and when each version was published and retired."""

    kills: list[float] = field(default_factory=list)
    published: dict[Version, float] = field(default_factory=dict)
    retired: dict[Version, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    """Faults that the server did not recover from: a version not served, a worker not replaced."""

    def hit(self, span: Span) -> bool:
        """Return whether a worker was killed during the call, or up to GRACE_SECONDS before it."""
        return any(span[0] - GRACE_SECONDS <= each <= span[1] for each in self.kills)


def violations(report: Report, faults: FaultLog) -> list[str]:
    """Return a description of each event that must not happen."""
    found = [f"a wrong response: {each}" for each in report.wrong[:MAX_DESCRIPTIONS]]
    found += [f"a call ended {each}" for each in report.unexpected[:MAX_DESCRIPTIONS]]
    lost = sum(not faults.hit(each) for each in report.unavailable)
    if lost:
        found.append(f"{lost} calls ended UNAVAILABLE without a kill")
    for version, moment in report.first_response.items():
        if moment < faults.published.get(version, float("inf")):
            found.append(f"{version} responded before it was published")
    for version, moment in report.last_sent.items():
        if moment > faults.retired.get(version, float("inf")) + GRACE_SECONDS:
            found.append(
                f"{version} responded to a call sent {moment - faults.retired[version]:.1f} s after it was retired"
            )
    return found + faults.failures
