"""A process full of callers: each asks about random pictures until the time is over, and some hang up early."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier

import numpy as np

from benchmarks.soak.callers import FAILURES, Caller, make, status_of
from benchmarks.soak.expected import Pictures
from benchmarks.soak.protocols import Question
from benchmarks.soak.report import Report

MOST_IMAGES = 40
LEAVING = 0.09  # of the calls; a good half of them before the answer has come


@dataclass(frozen=True)
class Task:
    """What a process is to do: be the callers of these numbers, until a moment of time.monotonic()."""

    address: str
    models: Sequence[str]
    numbers: Sequence[int]
    until: float


def assemble(barrier: Barrier) -> None:
    """Wait, as a process that has loaded all it needs, for the others."""
    barrier.wait()


def run(task: Task, pictures: Pictures) -> Report:
    """Be those callers; what they saw."""
    report = Report()
    asyncio.run(_all(task, pictures, report))
    return report


async def _all(task: Task, pictures: Pictures, report: Report) -> None:
    async with asyncio.TaskGroup() as group:
        for number in task.numbers:
            group.create_task(_one(number, task, pictures, report))


async def _one(number: int, task: Task, pictures: Pictures, report: Report) -> None:
    """One caller: call after call."""
    chance = random.Random(number)  # noqa: S311  # not a secret
    caller = make(number, task.address, pictures)
    usual = 0.01  # seconds that a call takes
    answered = 0
    try:
        while (sent := time.monotonic()) < task.until:
            leaving = chance.random() < LEAVING
            patience = chance.uniform(0, 2 * usual) if leaving else None
            answered += await _call(caller, _questions(caller, task, pictures, chance), pictures, report, patience)
            if not leaving:
                usual += (time.monotonic() - sent - usual) / 10
    finally:
        await caller.close()
    if not answered:
        report.wrong.append(f"caller {number} was never answered")


async def _call(
    caller: Caller, questions: list[Question], pictures: Pictures, report: Report, patience: float | None
) -> int:
    """One call, given up after `patience` seconds; every answer is checked. The number of answers."""
    report.counts.update(calls=1, requests=len(questions))
    open_questions = {each.id: each for each in questions}
    sent = time.monotonic()
    try:
        async with asyncio.timeout(patience):
            async for answer in caller.ask(questions):
                question = open_questions.pop(answer.id, None)
                span = (sent, time.monotonic())
                if question is None:
                    report.wrong.append(f"an answer to {answer.id or 'no request'}, which was not asked")
                else:
                    report.answered(question, answer, pictures, span, retrying=caller.retrying)
    except TimeoutError:
        report.counts.update(cancelled=1)
    except FAILURES as error:
        report.failed(
            status_of(error), " ".join(repr(error).split()), (sent, time.monotonic()), retrying=caller.retrying
        )
    else:
        if open_questions:
            report.wrong.append(f"a call ended well with {len(open_questions)} requests unanswered")
    return len(questions) - len(open_questions)


def _questions(caller: Caller, task: Task, pictures: Pictures, chance: random.Random) -> list[Question]:
    """What to ask in one call: random pictures, in a random form, of a random model."""
    return [
        Question(
            id=f"{chance.getrandbits(64):x}",
            model=chance.choice(task.models),
            chosen=np.array(chance.choices(range(len(pictures)), k=chance.randint(1, MOST_IMAGES)), np.intp),
            encoded=chance.random() < 0.5,
        )
        for _ in range(chance.randint(1, caller.most_questions))
    ]
