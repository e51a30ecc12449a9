"""What happened in a soak, counted; and what of it must not happen."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from benchmarks.soak.callers import FIRST_BACKOFF_SECONDS
from benchmarks.soak.expected import TOLERANCE, Pictures, Version
from benchmarks.soak.protocols import Answer, Question

KEPT = 20  # descriptions of what went wrong
GRACE_SECONDS = 1.0
"""So long a killed worker may still hold its connections, and a swap take to reach every worker."""

Span = tuple[float, float]
"""When a call was sent and when it ended, by time.monotonic(), which all processes of a machine share."""


@dataclass
class Report:
    """What the callers of one process saw; reports of several are added up."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    """Of each call that ended with an error that no caller may see: the error."""
    wrong: list[str] = field(default_factory=list)
    unavailable: list[Span] = field(default_factory=list)
    """Calls without retries that ended UNAVAILABLE."""
    waited: list[Span] = field(default_factory=list)
    """Calls with retries that were answered after the first back-off."""
    first_answered: dict[Version, float] = field(default_factory=dict)
    last_sent: dict[Version, float] = field(default_factory=dict)

    def answered(self, question: Question, answer: Answer, pictures: Pictures, span: Span, *, retrying: bool) -> None:
        """Check an answer against the right one, and note it."""
        candidates = [each for each in pictures.right if each[0] == question.model]
        if answer.version:
            candidates = [each for each in candidates if each[1] == answer.version]
        off = [pictures.off(each, question.chosen, answer.outputs) for each in candidates]
        # A NaN is not within anything.
        if (answer.id, answer.model) != (question.id, question.model) or not off or not min(off) <= TOLERANCE:
            self.wrong.append(
                f"{len(question.chosen)} images to {question.model}: {answer.model} version {answer.version or '?'},"
                f" request {question.id} got {answer.id}, off by {min(off, default=float('nan')):.2g}"
            )
            return
        version = candidates[int(np.argmin(off))]
        sent, ended = span
        self.first_answered[version] = min(ended, self.first_answered.get(version, ended))
        self.last_sent[version] = max(sent, self.last_sent.get(version, sent))
        self.counts.update(answers=1, images=len(question.chosen))
        if retrying and ended - sent >= FIRST_BACKOFF_SECONDS:
            self.waited.append(span)

    def failed(self, status: str, message: str, span: Span, *, retrying: bool) -> None:
        """Note a call that ended with an error."""
        self.errors[f"{status} ({'with' if retrying else 'without'} retries)"] += 1
        if status == "UNAVAILABLE" and not retrying:
            self.unavailable.append(span)
        else:
            self.unexpected.append(f"{status} ({'with' if retrying else 'without'} retries): {message}")

    def add(self, other: "Report") -> None:
        """Take in another process's report."""
        self.counts += other.counts
        self.errors += other.errors
        self.wrong += other.wrong
        self.unexpected += other.unexpected
        self.unavailable += other.unavailable
        self.waited += other.waited
        for version, moment in other.first_answered.items():
            self.first_answered[version] = min(moment, self.first_answered.get(version, moment))
        for version, moment in other.last_sent.items():
            self.last_sent[version] = max(moment, self.last_sent.get(version, moment))


@dataclass
class Disturbances:
    """What was done to the server, by time.monotonic(): kills, and when versions came and left."""

    kills: list[float] = field(default_factory=list)
    published: dict[Version, float] = field(default_factory=dict)
    retired: dict[Version, float] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    """What the server did not do: a version that was not served, a worker that was not replaced."""

    def fell_into(self, span: Span) -> bool:
        """Whether a worker was killed while the call was under way, or so shortly before that it may not have known."""
        return any(span[0] - GRACE_SECONDS <= each <= span[1] for each in self.kills)


def violations(report: Report, done: Disturbances) -> list[str]:
    """What must not have happened."""
    found = [f"a wrong answer: {each}" for each in report.wrong[:KEPT]]
    found += [f"a call ended {each}" for each in report.unexpected[:KEPT]]
    lost = sum(not done.fell_into(each) for each in report.unavailable)
    if lost:
        found.append(f"{lost} calls ended UNAVAILABLE and were in no killed worker")
    for version, moment in report.first_answered.items():
        if moment < done.published.get(version, float("inf")):
            found.append(f"{version} answered before it was published")
    for version, moment in report.last_sent.items():
        if moment > done.retired.get(version, float("inf")) + GRACE_SECONDS:
            found.append(f"{version} answered a call sent {moment - done.retired[version]:.1f} s after it had left")
    return found + done.troubles
