"""How far a call has come and when: noted on its way where somebody watches (call_observer.py), and nowhere else."""

from dataclasses import dataclass, field


@dataclass(frozen=True, eq=False)
class Run:
    """One run of the model. The calls of a batch share it. Times in seconds of time.monotonic()."""

    began: float
    ended: float
    images: int
    calls: int


@dataclass(slots=True, eq=False)
class Progress:
    """What is known of a call beyond its caller. Times in seconds of time.monotonic(), None until they have come."""

    model: str = ""
    version: int = 0
    images: int = 0
    decoding_since: float | None = None  # where it brings picture files
    decoded_at: float | None = None
    queued_at: float | None = None  # where the model has taken it from the queue: the first of `runs`
    runs: list[Run] = field(default_factory=list)
