"""The workers as one Fleet: all of them serve the same plan, and load or unload a model together."""

import threading
from collections.abc import Collection, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from typing import Any

from lenet_server.errors import ModelRejected, PlanRejected
from lenet_server.repository.plan import Plan
from lenet_server.workers.messages import Abort, AnnounceShutdown, Commit, Prepare, Sample, Serve, Stop
from lenet_server.workers.rpc_channel import RpcChannel

# Limit for the workers to update their sampled metrics during a scrape, far below Prometheus's default scrape timeout
# of 10 s. The last values of a slower worker are exported.
SAMPLE_TIMEOUT_SECONDS = 0.25
# Limit for messages that load nothing: a worker answers them in milliseconds, on a busy machine in more.
REPLY_TIMEOUT_SECONDS = 5.0
# Limit for a worker to start, to commit a plan and to open its port. A whole start takes less than 2 s on an idle
# machine (benchmarks/startup.py); the rest is for a busy one.
START_TIMEOUT_SECONDS = 60.0


class WorkerFleet:
    """The channels to the workers that serve the plan.

    Changing the plan and adding a worker exclude each other, so a new worker never misses a change.
    """

    def __init__(self, load_seconds: float) -> None:
        """`load_seconds` limits the time in which a worker loads the models of a plan."""
        self._load_seconds = load_seconds
        self._changed = threading.Condition()
        self._members: set[RpcChannel] = set()
        self._joining = 0  # workers that are being added
        self._changing = False  # whether the plan is being changed
        self._closed = False
        self._lost = 0  # workers removed so far
        self._plan = Plan()
        self._is_serving = False

    def is_ready(self) -> bool:
        """Return whether a worker answers calls, the plan has a model, and no shutdown has begun."""
        return self._is_serving and not self._closed and bool(self._members) and bool(self._plan.models)

    def wait_for_workers(self, count: int) -> None:
        """Wait until `count` workers have been added or removed. Raises ModelRejected if none was added."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._members) + self._lost >= count)
            if not self._members:
                raise ModelRejected("no worker could be started: see the log lines above")

    def add(self, channel: RpcChannel) -> None:
        """Have a new worker load the plan and serve it. Raises PlanRejected, TimeoutError or ChannelClosed."""
        channel.request(Sample()).result(START_TIMEOUT_SECONDS)  # returns when the worker is up
        with self._changed:
            self._changed.wait_for(lambda: not self._changing)
            self._joining += 1
        try:
            if self._plan.models:
                if reasons := channel.request(Prepare(self._plan)).result(self._load_seconds):
                    raise PlanRejected(reasons)
                channel.request(Commit()).result(START_TIMEOUT_SECONDS)
            if self._is_serving:
                channel.request(Serve()).result(START_TIMEOUT_SECONDS)
            with self._changed:
                self._members.add(channel)
        finally:
            with self._changed:
                self._joining -= 1
                self._changed.notify_all()

    def remove(self, channel: RpcChannel) -> None:
        """Remove a worker that has died, or that could not be added."""
        with self._changed:
            self._members.discard(channel)
            self._lost += 1
            self._changed.notify_all()

    def apply(self, plan: Plan) -> None:
        """See Fleet. A worker that dies during the change does not fail it: its replacement loads the new plan."""
        with self._exclusive() as members:
            replies = _request_all(members, Prepare(plan), self._load_seconds)
            reasons: dict[tuple[str, int], str] = {}
            for rejected in replies.values():
                reasons |= rejected
            if not replies:
                served = set(self._plan)
                reason = "every worker died or timed out while loading it"
                reasons = {(each.name, each.version): reason for each in plan if each not in served}
            if reasons:
                prepared = [channel for channel, rejected in replies.items() if not rejected]
                _request_all(prepared, Abort(), REPLY_TIMEOUT_SECONDS)
                raise PlanRejected(reasons)
            self._plan = plan
            _request_all(replies, Commit(), self._load_seconds)

    def serve(self) -> str | None:
        """Have all workers, present and future, answer calls.

        Returns the served models as text for the log; None if no worker could open the port.
        """
        with self._exclusive() as members:
            self._is_serving = True
            return next(iter(_request_all(members, Serve(), START_TIMEOUT_SECONDS).values()), None)

    def sample(self) -> None:
        """Have the workers update their sampled metrics."""
        wait([channel.request(Sample()) for channel in list(self._members)], SAMPLE_TIMEOUT_SECONDS)

    def close(self) -> None:
        """Reject changes of the plan from now on, and report not ready."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def announce_shutdown(self) -> None:
        """Have the workers' health checks report NOT_SERVING; calls are still answered."""
        _request_all(list(self._members), AnnounceShutdown(), REPLY_TIMEOUT_SECONDS)

    def stop(self, grace_seconds: float) -> None:
        """Have the workers refuse new calls, and wait until they have answered the accepted ones."""
        _request_all(list(self._members), Stop(grace_seconds), grace_seconds + REPLY_TIMEOUT_SECONDS)

    @contextmanager
    def _exclusive(self) -> Iterator[list[RpcChannel]]:
        """Yield the workers, at least one, while none is added. Raises ModelRejected if there is none to wait for."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or (bool(self._members) and not self._joining and not self._changing),
                self._load_seconds,
            )
            if self._closed:
                raise ModelRejected("the server is shutting down")
            if not self._members or self._changing:
                raise ModelRejected("no worker is available to load it: see the log")
            self._changing = True
        try:
            yield list(self._members)
        finally:
            with self._changed:
                self._changing = False
                self._changed.notify_all()


def _request_all(channels: Collection[RpcChannel], message: object, timeout_seconds: float) -> dict[RpcChannel, Any]:
    """Send a message to all workers at once, and return their replies. Workers that fail to reply are disconnected."""
    futures = {channel: channel.request(message) for channel in channels}
    done, _ = wait(futures.values(), timeout_seconds)
    replies = {
        channel: future.result() for channel, future in futures.items() if future in done and not future.exception()
    }
    for channel in futures.keys() - replies.keys():
        channel.disconnect()  # its slot starts another worker
    return replies
