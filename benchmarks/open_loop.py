"""Open-loop load: calls arrive at random moments (a Poisson process), whether earlier ones are answered or not.

It is the load of `lenet bench --rate`: a call's time counts from its scheduled moment, not from when it was sent, so
a stall of the server delays all calls scheduled meanwhile. `saturation` measures the largest rate with the same client,
which takes its part of the processor as well.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks import call
from lenet_client.bench.load import Load, Outcome
from lenet_client.bench.measure import generate_load as put_load
from lenet_client.bench.repeated_call import RepeatedCall
from lenet_client.bench.target import Target

WARM_UP_SECONDS = 1.0
PROCESSES = 2
CONNECTIONS = 16


@dataclass(frozen=True)
class Arrivals:
    """Calls of one image for `seconds`, `rate` of them a second."""

    rate: float
    seconds: float


@dataclass(frozen=True)
class Result:
    """For each call, in seconds: its duration from its scheduled moment, and how late it was sent."""

    seconds: NDArray[np.float64]
    late: NDArray[np.float64]


class Refused(Exception):
    """A call failed."""


def put(arrivals: Arrivals, address: str, model: str = "lenet", seed: int = 0) -> Result:
    """Load the server at HOST:PORT. Raises Refused if a call fails."""
    outcome = _outcome(address, model, arrivals.seconds, rate=arrivals.rate, seed=seed)
    return Result(np.array(outcome.seconds), np.array(outcome.late))


def saturation(address: str, seconds: float, model: str = "lenet", in_flight: int = 64) -> float:
    """Return responses a second with `in_flight` calls in flight. Raises Refused if a call fails."""
    return len(_outcome(address, model, seconds, concurrency=in_flight).seconds) / seconds


def _outcome(
    address: str, model: str, seconds: float, *, concurrency: int = 0, rate: float = 0.0, seed: int = 0
) -> Outcome:
    message = call.request(1, model)
    call.response_bytes(address, message)  # fails here, before the load, if the server refuses the call
    outcome = put_load(
        Load(
            target=Target(address),
            call=RepeatedCall(call.PATH, message.SerializeToString()),
            seconds=seconds,
            warm_up=WARM_UP_SECONDS,
            connections=CONNECTIONS,
            processes=PROCESSES,
            concurrency=concurrency,
            rate=rate,
            seed=seed,
        )
    )
    if outcome.errors:
        raise Refused(f"{address}: calls failed, by gRPC status: {dict(outcome.errors)}")
    return outcome
