"""Load that does not wait for its answers: calls arrive at random moments, a fixed number a second on average.

It is that of `lenet bench --rate`: a call's time counts from the moment it was meant to start, not from when the client
got round to it. Where a server stops for a while, all that would have arrived in the meantime has waited.

How many a second there can be, `saturation` finds with the same client, which takes its part of the processor as well.
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
    """Of each call, in seconds: how long after its intended start it was answered, and how late it was sent."""

    seconds: NDArray[np.float64]
    late: NDArray[np.float64]


class Refused(Exception):
    """A call was answered with an error."""


def put(arrivals: Arrivals, address: str, model: str = "lenet", seed: int = 0) -> Result:
    """Put the load on the server at HOST:PORT. Raises Refused where a call is not answered as it should be."""
    outcome = _outcome(address, model, arrivals.seconds, rate=arrivals.rate, seed=seed)
    return Result(np.array(outcome.seconds), np.array(outcome.late))


def saturation(address: str, seconds: float, model: str = "lenet", under_way: int = 64) -> float:
    """Answers a second where a new call is sent for each that is answered. Raises Refused as put() does."""
    return len(_outcome(address, model, seconds, concurrency=under_way).seconds) / seconds


def _outcome(
    address: str, model: str, seconds: float, *, concurrency: int = 0, rate: float = 0.0, seed: int = 0
) -> Outcome:
    message = call.request(1, model)
    call.answer_bytes(address, message)  # a server that refuses is told before the load begins
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
