"""Measures throughput over the number of workers, and latency over the load.

    python -m benchmarks.scaling [--most-workers N]

For each number of workers: responses a second under each of the four loads of side_by_side.py. Then, with the default
number, one image a call and 1, 2, 4 … 256 calls in flight: responses a second, and the percentiles of their duration.
"""

import os
from collections.abc import Sequence

from benchmarks import h2load, ours
from benchmarks.measurements import PERCENTILE_NAMES, Measurement, measurements_table, medians, percentiles, table

LOADS = [h2load.Load(1, 1, 1), h2load.SATURATION, h2load.Load(8, 8, 2), h2load.Load(64, 4, 2)]
MAX_CONNECTIONS = 32  # few connections spread unevenly over the workers


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure, print both tables, and return the largest throughput."""
    parser = ours.parser(__doc__)
    parser.add_argument("--most-workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="of each round")
    arguments = parser.parse_args(argv)
    rounds, seconds = (1, 0.5) if arguments.quick else (arguments.rounds, arguments.seconds)
    levels = [1, 16, 256] if arguments.quick else [2**power for power in range(9)]
    with ours.serving(ours.flags(arguments)) as server:
        latencies = over_load(ours.address(server), levels, rounds, seconds)
    throughputs = {}
    for count in range(1, arguments.most_workers + 1):
        arguments.workers = count
        with ours.serving(ours.flags(arguments)) as server:
            throughputs[count] = throughput(ours.address(server), rounds, seconds)
    print("\nResponses a second over workers:\n")
    rows = ([str(count), *(f"{rate:.0f}" for rate in rates)] for count, rates in throughputs.items())
    print(table(["workers", *map(str, LOADS)], rows))
    print("\nOver the load, one image a call (ms):\n")
    rows = ([str(level), f"{row[0]:.0f}", *(f"{ms:.2f}" for ms in row[1:])] for level, row in latencies.items())
    print(table(["in flight", "responses/s", *PERCENTILE_NAMES], rows))
    best = max(latencies, key=lambda level: latencies[level][0])
    return [
        Measurement("largest responses a second, one image a call", f"{latencies[best][0]:.0f} with {best} in flight")
    ]


def throughput(address: str, rounds: int, seconds: float) -> list[float]:
    """Return responses a second under each of LOADS."""
    return medians([[h2load.put(load, address, seconds=seconds).rate for load in LOADS] for _ in range(rounds)])


def over_load(address: str, levels: Sequence[int], rounds: int, seconds: float) -> dict[int, list[float]]:
    """Return responses a second and percentiles in ms for each number of calls in flight."""
    rows: dict[int, list[list[float]]] = {level: [] for level in levels}
    for _ in range(rounds):
        for level in levels:
            connections = min(level, MAX_CONNECTIONS)
            result = h2load.put(h2load.Load(1, connections, level // connections), address, seconds=seconds)
            rows[level].append([result.rate, *percentiles(result.seconds)])
    return {level: medians(each) for level, each in rows.items()}


if __name__ == "__main__":
    print("\n" + measurements_table(main()))
