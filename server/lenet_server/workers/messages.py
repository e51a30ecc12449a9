"""The messages of the RPC channel between the supervisor and a worker. A reply is None where nothing else is said."""

from dataclasses import dataclass

from lenet_server.repository.plan import Plan

# From the supervisor to a worker.


@dataclass(frozen=True)
class Prepare:
    """Load the models of a plan that are not loaded yet, without serving them.

    The reply: why versions cannot be loaded, by name and version. If there are any, nothing stays prepared.
    """

    plan: Plan


@dataclass(frozen=True)
class Commit:
    """Serve the prepared plan."""


@dataclass(frozen=True)
class Abort:
    """Discard the prepared plan."""


@dataclass(frozen=True)
class Serve:
    """Open the port and answer calls. The reply: the served models as text, for the log."""


@dataclass(frozen=True)
class Sample:
    """Update the sampled metrics (gauges, memory, CPU time). Also the heartbeat: a worker that is alive replies."""


@dataclass(frozen=True)
class AnnounceShutdown:
    """Report NOT_SERVING to health checks, and keep answering calls."""


@dataclass(frozen=True)
class Stop:
    """Refuse new calls, answer the accepted ones within the grace period, and close the port."""

    grace_seconds: float


# From a worker to the supervisor: the methods of Control, for a caller of the model control API.


@dataclass(frozen=True)
class Load:
    """Load a model in all workers."""

    name: str


@dataclass(frozen=True)
class Unload:
    """Unload a model in all workers."""

    name: str


@dataclass(frozen=True)
class Index:
    """List the repository. The reply: its index entries."""
