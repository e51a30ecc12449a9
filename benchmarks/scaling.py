"""Measures how throughput grows with the workers, and latency with the load.

    python -m benchmarks.scaling [--most-workers N]

For each number of workers: answers a second under each of the four loads of side_by_side.py. Then, with the server's
default number, one image a call and 1, 2, 4 … 256 calls under way: answers a second, and how long each took.
"""

import os
from collections.abc import Sequence

from benchmarks import h2load, ours
from benchmarks.measurements import PERCENTILE_NAMES, Finding, findings_table, medians, percentiles, table

LOADS = [h2load.Load(1, 1, 1), h2load.SATURATION, h2load.Load(8, 8, 2), h2load.Load(64, 4, 2)]
MOST_CONNECTIONS = 32  # fewer, and they fall unevenly on the workers


def main(argv: Sequence[str] | None = None) -> list[Finding]:
    """Measure, print a table for each question, and return the largest throughput."""
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
    print("\nAnswers a second over workers:\n")
    rows = ([str(count), *(f"{rate:.0f}" for rate in rates)] for count, rates in throughputs.items())
    print(table(["workers", *map(str, LOADS)], rows))
    print("\nOver the load, one image a call (ms):\n")
    rows = ([str(level), f"{row[0]:.0f}", *(f"{ms:.2f}" for ms in row[1:])] for level, row in latencies.items())
    print(table(["in flight", "answers/s", *PERCENTILE_NAMES], rows))
    best = max(latencies, key=lambda level: latencies[level][0])
    return [Finding("most answers a second, one image a call", f"{latencies[best][0]:.0f} with {best} in flight")]


def throughput(address: str, rounds: int, seconds: float) -> list[float]:
    """Answers a second under each of LOADS."""
    return medians([[h2load.put(load, address, seconds=seconds).rate for load in LOADS] for _ in range(rounds)])


def over_load(address: str, levels: Sequence[int], rounds: int, seconds: float) -> dict[int, list[float]]:
    """For each number of calls under way: answers a second, and the percentiles of their time in ms."""
    rows: dict[int, list[list[float]]] = {level: [] for level in levels}
    for _ in range(rounds):
        for level in levels:
            connections = min(level, MOST_CONNECTIONS)
            result = h2load.put(h2load.Load(1, connections, level // connections), address, seconds=seconds)
            rows[level].append([result.rate, *percentiles(result.seconds)])
    return {level: medians(each) for level, each in rows.items()}


if __name__ == "__main__":
    print("\n" + findings_table(main()))
