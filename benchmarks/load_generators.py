"""Compares `lenet bench` with h2load: the same bytes, the same server, 64 calls in flight.

    python -m benchmarks.load_generators [--rounds 5] [--seconds 5]

A load generator takes processor time from a server on the same machine, and one in Python takes more. Both send the
same ModelInfer request of the Open Inference Protocol on 8 connections. Rounds are interleaved; the figure is the
median over the rounds of the ratio within a round.
"""

import json
import statistics
import subprocess
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks import h2load, ours
from benchmarks.measurements import Measurement, measurements_table, table
from tests.support.processes import BIN

WITHIN = 0.15
FLAGS = ("--protocol=oip", "--concurrency=64", "--connections=8", "--json")


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure, print both rates, and return their ratio."""
    parser = ours.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--processes", type=int, help="of lenet bench; its default if left out")
    arguments = parser.parse_args(argv)
    rounds, seconds = (2, 1.0) if arguments.quick else (arguments.rounds, arguments.seconds)
    more = [f"--processes={arguments.processes}"] if arguments.processes else []
    rows, ratios = [], []
    with ours.serving(ours.flags(arguments)) as server:
        address = ours.address(server)
        for _ in range(rounds):
            theirs = h2load.put(h2load.SATURATION, address, seconds=seconds)
            figures = bench(address, seconds, more)
            ratios.append(figures["answers_per_second"] / theirs.rate)
            rows.append(
                [
                    f"{theirs.rate:,.0f}",
                    f"{figures['answers_per_second']:,.0f}",
                    f"{ratios[-1]:.3f}",
                    f"{np.median(theirs.seconds) * 1000:.2f}",
                    f"{figures['latency_seconds']['p50'] * 1000:.2f}",
                ]
            )
    print(table(["h2load, responses/s", "lenet bench", "ratio", "h2load p50, ms", "lenet bench p50, ms"], rows))
    ratio = statistics.median(ratios)
    return [Measurement("lenet bench / h2load", f"{ratio:.3f}", f"within {WITHIN:.0%}", abs(ratio - 1) <= WITHIN)]


def bench(address: str, seconds: float, more: Sequence[str]) -> dict[str, Any]:
    """Run `lenet bench` and return its figures."""
    command = [str(BIN / "lenet"), "bench", f"--server={address}", f"--seconds={seconds}", *FLAGS, *more]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60)
    (figures,) = json.loads(done.stdout)["loads"]
    return dict(figures)


if __name__ == "__main__":
    print("\n" + measurements_table(main()))
