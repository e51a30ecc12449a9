"""One process of callers: each sends random pictures until the soak ends, and cancels some of its calls."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier

import numpy as np

from benchmarks.soak.callers import FAILURES, Caller, make, status_of
from benchmarks.soak.expected import Pictures
from benchmarks.soak.protocols import RequestSpec
from benchmarks.soak.report import Report

MAX_IMAGES = 40  # in a request
CANCEL_SHARE = 0.09  # of calls that get a short timeout; more than half of them end before the response
TYPICAL_SECONDS = 0.01  # first estimate of a call's duration


@dataclass(frozen=True)
class Task:
    """What one process does: run the callers `numbers` until `until`, a moment of time.monotonic()."""

    address: str
    models: Sequence[str]
    numbers: Sequence[int]
    until: float


def wait_for_start(barrier: Barrier) -> None:
    """Block until all processes have imported what they need."""
    barrier.wait()


def run(task: Task, pictures: Pictures) -> Report:
    """Run the callers to the end of the task and return what they observed."""
    report = Report()
    asyncio.run(_run_callers(task, pictures, report))
    return report


async def _run_callers(task: Task, pictures: Pictures, report: Report) -> None:
    async with asyncio.TaskGroup() as group:
        for number in task.numbers:
            group.create_task(_run_caller(number, task, pictures, report))


async def _run_caller(number: int, task: Task, pictures: Pictures, report: Report) -> None:
    """Make call after call."""
    chance = random.Random(number)  # noqa: S311  # not a secret
    caller = make(number, task.address, pictures)
    usual = TYPICAL_SECONDS
    responses = 0
    try:
        while (sent := time.monotonic()) < task.until:
            cancel = chance.random() < CANCEL_SHARE
            timeout = chance.uniform(0, 2 * usual) if cancel else None
            responses += await _call(caller, _requests(caller, task, pictures, chance), pictures, report, timeout)
            if not cancel:
                usual += (time.monotonic() - sent - usual) / 10
    finally:
        await caller.close()
    if not responses:
        report.wrong.append(f"caller {number} never got a response")


async def _call(
    caller: Caller, requests: list[RequestSpec], pictures: Pictures, report: Report, timeout: float | None
) -> int:
    """Make one call, cancelled after `timeout` seconds; check every response and return their number."""
    report.counts.update(calls=1, requests=len(requests))
    pending = {each.id: each for each in requests}
    sent = time.monotonic()
    try:
        async with asyncio.timeout(timeout):
            async for response in caller.send(requests):
                request = pending.pop(response.id, None)
                span = (sent, time.monotonic())
                if request is None:
                    report.wrong.append(f"a response to {response.id or 'no request'}, which was not sent")
                else:
                    report.add_response(request, response, pictures, span, retrying=caller.retrying)
    except TimeoutError:
        report.counts.update(cancelled=1)
    except FAILURES as error:
        report.add_failure(
            status_of(error), " ".join(repr(error).split()), (sent, time.monotonic()), retrying=caller.retrying
        )
    else:
        if pending:
            report.wrong.append(f"a call succeeded with {len(pending)} requests unanswered")
    return len(requests) - len(pending)


def _requests(caller: Caller, task: Task, pictures: Pictures, chance: random.Random) -> list[RequestSpec]:
    """Return the requests of one call: random pictures, as files or arrays, for a random model."""
    return [
        RequestSpec(
            id=f"{chance.getrandbits(64):x}",
            model=chance.choice(task.models),
            chosen=np.array(chance.choices(range(len(pictures)), k=chance.randint(1, MAX_IMAGES)), np.intp),
            encoded=chance.random() < 0.5,
        )
        for _ in range(chance.randint(1, caller.max_requests))
    ]
