"""Times training to 99 % against PyTorch's MNIST example, in alternating processes, and training's throughput.

.venv/bin/python -m benchmarks.training --data-dir data                 # about ten minutes on two quiet cores
.venv/bin/python -m benchmarks.training --data-dir data --rounds 3
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.training.throughput import throughput

PROCESSES = ("ours", "example")
GOAL = 0.99


@dataclass(frozen=True)
class Finish:
    """A finished process: its wall time, and the figures it printed."""

    seconds: float
    epochs: int
    accuracy: float


def timed(module: str, data_dir: Path, threads: int, seed: int) -> Finish:
    """Run one of the two processes."""
    command = [sys.executable, "-m", f"benchmarks.training.{module}", "--data-dir", str(data_dir)]
    started = time.perf_counter()
    done = subprocess.run(
        [*command, f"--threads={threads}", f"--seed={seed}"], stdout=subprocess.PIPE, text=True, check=True
    )
    said = json.loads(done.stdout)
    return Finish(time.perf_counter() - started, said["epochs"], said["accuracy"])


def main() -> None:
    """Measure both processes and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=1, help="of both processes, each with a seed of its own")
    arguments = parser.parse_args()
    finishes: dict[str, list[Finish]] = {module: [] for module in PROCESSES}
    for seed in range(arguments.rounds):
        for module, results in finishes.items():
            results.append(timed(module, arguments.data_dir, arguments.threads, seed))
            print(f"{module}, seed {seed}: {results[-1]}", file=sys.stderr, flush=True)
    ours, example = (median(finish.seconds for finish in finishes[module]) for module in PROCESSES)
    short = [name for name, results in finishes.items() if min(each.accuracy for each in results) < GOAL]
    if short:
        sys.exit(f"{' and '.join(short)} did not reach {100 * GOAL:.0f} %: there is nothing to compare")
    print("| whole process, to 99 % of the test pictures | seconds (median) | epochs | accuracy |\n|---|---:|---|---|")
    for module, results in finishes.items():
        epochs = ", ".join(str(finish.epochs) for finish in results)
        accuracies = ", ".join(f"{100 * finish.accuracy:.2f} %" for finish in results)
        print(f"| {module} | {median(finish.seconds for finish in results):.1f} | {epochs} | {accuracies} |")
    print(f"\n{example / ours:.1f} times as fast, {arguments.threads} threads")
    training, bare = throughput(arguments.data_dir, arguments.threads, rounds=3)
    print(f"training {training:,.0f} pictures/s, bare loop {bare:,.0f}: {100 * training / bare:.0f} %")


if __name__ == "__main__":
    main()
