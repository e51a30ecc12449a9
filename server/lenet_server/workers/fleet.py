"""All workers as one Fleet: they serve by the same plan, and what one is asked to serve, all are."""

import threading
from collections.abc import Collection, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from typing import Any

from lenet_server.errors import ModelRejected, PlanRejected
from lenet_server.repository.plan import Plan
from lenet_server.workers.messages import Abort, AnnounceShutdown, Commit, Prepare, Sample, Serve, Stop
from lenet_server.workers.rpc_channel import RpcChannel

# A scrape does not wait longer for workers that are slow to answer: it tells what they last wrote.
SAMPLE_SECONDS = 0.25
# For orders that are quickly done.
ORDER_SECONDS = 5.0
# For a worker to come up, on a machine that has other things to do.
START_SECONDS = 60.0


class WorkerFleet:
    """The lines to those workers that serve by the plan.

    A change is made while nobody joins, and a worker joins while no change is made, so it never misses one.
    """

    def __init__(self, load_seconds: float) -> None:
        """A worker has so many seconds to load what a plan has."""
        self._load_seconds = load_seconds
        self._changed = threading.Condition()
        self._members: set[RpcChannel] = set()
        self._joining = 0
        self._changing = False
        self._closed = False
        self._lost = 0
        self._plan = Plan()
        self._is_open = False

    def is_ready(self) -> bool:
        """Whether calls should come: a worker answers them, it has a model, and no end is in sight."""
        return self._is_open and not self._closed and bool(self._members) and bool(self._plan.models)

    def gather(self, number: int) -> None:
        """Wait until so many workers have joined, or died. Raises ModelRejected where all have died."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._members) + self._lost >= number)
            if not self._members:
                raise ModelRejected("no worker could be started: the lines above say why")

    def join(self, line: RpcChannel) -> None:
        """Have a new worker serve what the others serve. Raises PlanRejected, TimeoutError or ChannelClosed."""
        line.ask(Sample()).result(START_SECONDS)  # its first sign of life
        with self._changed:
            self._changed.wait_for(lambda: not self._changing)
            self._joining += 1
        joined = False
        try:
            if self._plan.models:
                if reasons := line.ask(Prepare(self._plan)).result(self._load_seconds):
                    raise PlanRejected(reasons)
                line.ask(Commit()).result(START_SECONDS)
            if self._is_open:
                line.ask(Serve()).result(START_SECONDS)
            joined = True
        finally:
            with self._changed:
                self._joining -= 1
                if joined:
                    self._members.add(line)
                self._changed.notify_all()

    def leave(self, line: RpcChannel) -> None:
        """A worker has died, or has never joined."""
        with self._changed:
            self._members.discard(line)
            self._lost += 1
            self._changed.notify_all()

    def apply(self, plan: Plan) -> None:
        """See Fleet. Workers that die meanwhile hold up nobody: their successors start with the plan."""
        with self._alone() as members:
            answers = _ask(members, Prepare(plan), self._load_seconds)
            reasons: dict[tuple[str, int], str] = {}
            for refused in answers.values():
                reasons |= refused
            if not answers:
                served = set(self._plan)
                died = "every worker died, or took too long, while it was loaded"
                reasons = {(each.name, each.version): died for each in plan if each not in served}
            if reasons:
                _ask([line for line, refused in answers.items() if not refused], Abort(), ORDER_SECONDS)
                raise PlanRejected(reasons)
            self._plan = plan
            _ask(answers, Commit(), self._load_seconds)

    def open(self) -> str | None:
        """Have all workers answer calls, now and in future. Returns what they serve, in words; None where none does."""
        with self._alone() as members:
            self._is_open = True
            return next(iter(_ask(members, Serve(), START_SECONDS).values()), None)

    def sample(self) -> None:
        """Have the workers write down what is not counted but looked at."""
        wait([line.ask(Sample()) for line in list(self._members)], SAMPLE_SECONDS)

    def close(self) -> None:
        """Make no change any more, and be ready no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def announce_shutdown(self) -> None:
        """Tell health checks that no new calls should come."""
        _ask(list(self._members), AnnounceShutdown(), ORDER_SECONDS)

    def stop(self, grace_seconds: float) -> None:
        """Have the workers answer what they have accepted, and then no more."""
        _ask(list(self._members), Stop(grace_seconds), grace_seconds + ORDER_SECONDS)

    @contextmanager
    def _alone(self) -> Iterator[list[RpcChannel]]:
        """While nobody joins: the members, of whom there is one at least. Raises ModelRejected where there is none."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or (bool(self._members) and not self._joining and not self._changing),
                self._load_seconds,
            )
            if self._closed:
                raise ModelRejected("the server is shutting down")
            if not self._members or self._changing:
                raise ModelRejected("there is no worker to load it: the log says why")
            self._changing = True
        try:
            yield list(self._members)
        finally:
            with self._changed:
                self._changing = False
                self._changed.notify_all()


def _ask(lines: Collection[RpcChannel], message: object, seconds: float) -> dict[RpcChannel, Any]:
    """Ask all at a time; the answers of those that gave one. The others are let go, and replaced."""
    asked = {line: line.ask(message) for line in lines}
    done, _ = wait(asked.values(), seconds)
    answers = {line: future.result() for line, future in asked.items() if future in done and not future.exception()}
    for line in asked.keys() - answers.keys():
        line.hang_up()
    return answers
