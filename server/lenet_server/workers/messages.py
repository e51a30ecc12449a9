"""What the supervisor asks of a worker, and what a worker asks of the supervisor."""

from dataclasses import dataclass

from lenet_server.repository.plan import Plan


@dataclass(frozen=True)
class Prepare:
    """Load what is new in a plan.

    The answer: the reasons for what cannot be loaded, by name and version; nothing is prepared where there are any.
    """

    plan: Plan


@dataclass(frozen=True)
class Commit:
    """Serve what was prepared."""


@dataclass(frozen=True)
class Abort:
    """Forget what was prepared."""


@dataclass(frozen=True)
class Serve:
    """Open the port and answer calls. The answer: what is served, in words, for the log."""


@dataclass(frozen=True)
class Sample:
    """Write down what is not counted but looked at. Also asked only to see whether the worker still answers."""


@dataclass(frozen=True)
class AnnounceShutdown:
    """Tell health checks that no new calls should come."""


@dataclass(frozen=True)
class Stop:
    """Refuse new calls, answer those that were accepted, and close the port."""

    grace_seconds: float


@dataclass(frozen=True)
class Load:
    """See Control: a caller wants a model served."""

    name: str


@dataclass(frozen=True)
class Unload:
    """See Control: a caller wants a model to be served no longer."""

    name: str


@dataclass(frozen=True)
class Index:
    """See Control: a caller asks what the repository has."""
