"""Load that does not wait for its answers: calls arrive at random moments, a fixed number a second on average.

A call's time counts from the moment it was meant to start, not from when the client got round to it: where a server
stops for a while, all that would have arrived in the meantime has waited, and is counted so.

How many a second there can be, `saturation` finds with the same client, which takes its part of the processor as well.
"""

import ctypes
import gc
import multiprocessing
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks import call
from benchmarks.connection import Connection

WARM_UP_SECONDS = 1.0
PATIENCE_SECONDS = 30.0
PR_SET_TIMERSLACK = 29


@dataclass(frozen=True)
class Arrivals:
    """Calls of one image for `seconds`, `rate` of them a second, over so many connections and client processes."""

    rate: float
    seconds: float
    connections: int = 16
    processes: int = 2


@dataclass(frozen=True)
class Result:
    """Of each call, in seconds: how long after its intended start it was answered, and how late it was sent."""

    seconds: NDArray[np.float64]
    late: NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """What is asked: the server at HOST:PORT, the call's bytes, and how many bytes a right answer has."""

    address: str
    request: bytes
    answer_bytes: int

    @classmethod
    def of(cls, address: str, model: str) -> "Target":
        """One image for the model, which is asked once to see what it answers."""
        message = call.request(1, model)
        return cls(address, call.framed(message), call.answer_bytes(address, message))


def put(arrivals: Arrivals, address: str, model: str = "lenet", seed: int = 0) -> Result:
    """Put the load on the server at HOST:PORT. Raises Refused where a call is not answered as it should be."""
    target = Target.of(address, model)
    with multiprocessing.get_context("spawn").Pool(arrivals.processes) as pool:
        jobs = [(arrivals, target, seed + each) for each in range(arrivals.processes)]
        parts = pool.starmap(drive, jobs, chunksize=1)
    return Result(np.concatenate([part.seconds for part in parts]), np.concatenate([part.late for part in parts]))


def saturation(address: str, seconds: float, model: str = "lenet", under_way: int = 64, processes: int = 2) -> float:
    """Answers a second where a new call is sent for each that is answered. Raises Refused as put() does."""
    target = Target.of(address, model)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        job = (target, under_way // processes, seconds)
        return sum(pool.starmap(saturate, [job] * processes, chunksize=1))


def drive(arrivals: Arrivals, target: Target, seed: int) -> Result:
    """One client process's share of the calls, the warm-up left out of the result."""
    rate = arrivals.rate / arrivals.processes
    count = round(rate * (arrivals.seconds + WARM_UP_SECONDS))
    due = np.random.default_rng(seed).exponential(1 / rate, count).cumsum()
    with _connected(target, max(1, arrivals.connections // arrivals.processes)) as connections:
        sent, answered = _run(connections, due)
    counted = due >= WARM_UP_SECONDS
    return Result((answered - due)[counted], (sent - due)[counted])


def saturate(target: Target, under_way: int, seconds: float) -> float:
    """One client process's answers a second, four calls on each connection."""
    with _connected(target, max(1, under_way // 4)) as connections:
        for number in range(under_way):
            connections[number % len(connections)].send(number)
        start = time.perf_counter()
        answered, counted_from = 0, start + WARM_UP_SECONDS
        while (now := time.perf_counter()) < counted_from + seconds:
            readable, _, _ = select.select(connections, [], [], PATIENCE_SECONDS)
            if not readable:
                raise TimeoutError(f"no call was answered within {PATIENCE_SECONDS:.0f} s")
            for each in readable:
                numbers = each.receive()
                answered += len(numbers) if now >= counted_from else 0
                for number in numbers:
                    each.send(number)
    return answered / seconds


@contextmanager
def _connected(target: Target, count: int) -> Iterator[list[Connection]]:
    """Connections of a process that does nothing else."""
    # Linux may wake a sleeper 50 µs late to save power; that would be most of what is measured.
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    gc.disable()  # there is nothing to collect, and looking for it takes milliseconds
    connections = [Connection(target.address, call.PATH, target.request, target.answer_bytes) for _ in range(count)]
    try:
        yield connections
    finally:
        for each in connections:
            each.close()


def _run(connections: list[Connection], due: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When each call was sent and answered, on the clock of `due`: seconds from the start."""
    moments = due.tolist()
    sent, answered = np.zeros(len(due)), np.zeros(len(due))
    following, open_calls = 0, 0
    clock = time.perf_counter
    start = clock()
    while following < len(moments) or open_calls:
        now = clock() - start
        while following < len(moments) and moments[following] <= now:
            connections[following % len(connections)].send(following)
            sent[following] = now = clock() - start
            following += 1
            open_calls += 1
        until = moments[following] if following < len(moments) else moments[-1] + PATIENCE_SECONDS
        readable, _, _ = select.select(connections, [], [], max(0.0, until - (clock() - start)))
        if not readable and following == len(moments):
            raise TimeoutError(f"{open_calls} calls were not answered within {PATIENCE_SECONDS:.0f} s")
        for each in readable:
            numbers = each.receive()
            answered[numbers] = clock() - start
            open_calls -= len(numbers)
    return sent, answered
