"""Measures the memory of `lenet classify` over 10^3 to 10^6 pictures, and the time to the first result.

    python -m benchmarks.classify_memory

The pictures are links to one file, all in one folder: the worst case, as a folder's names have to be sorted.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import ours
from benchmarks.measurements import Measurement, measurements_table, table
from tests.support.processes import BIN

COUNTS = (1_000, 10_000, 100_000, 1_000_000)
BAR_MEGABYTES = 150
FIRST_COUNT = 70_000
FIRST_ROUNDS = 10
FIRST_BAR_SECONDS = 0.5

# Before exec, a process counts its parent's memory as its own: so a small process starts it.
STARTER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure, and print tables."""
    arguments = ours.parser(__doc__).parse_args(argv)
    counts = COUNTS[:2] if arguments.quick else COUNTS
    picture = sorted((ours.ROOT / "samples").glob("*.png"))[0]
    with tempfile.TemporaryDirectory() as name, ours.serving(ours.flags(arguments)) as server:
        address, folder = ours.address(server), Path(name) / "pictures"
        folder.mkdir()
        rows, peaks, made = [], [], 0
        for count in counts:
            made = links(picture, folder, made, count)
            start = time.perf_counter()
            peaks.append(peak_megabytes(folder, address, Path(name) / "out.jsonl"))
            seconds = time.perf_counter() - start
            rows.append([f"{count:,}", f"{peaks[-1]:.0f}", f"{seconds:.1f}"])
            print(f"{count:,} pictures: {peaks[-1]:.0f} MB peak, {seconds:.1f} s", flush=True)
        print("\n" + table(["pictures", "peak memory, MB", "seconds"], rows) + "\n")
        first = first_results(picture, address, 1 if arguments.quick else FIRST_ROUNDS)
    measurements = [
        Measurement("peak memory of lenet classify", f"{max(peaks):.0f} MB", f"< {BAR_MEGABYTES}", max(peaks) < 150),
        Measurement(
            f"first of {FIRST_COUNT:,} results after the start",
            f"{statistics.median(first):.2f} s [{min(first):.2f} … {max(first):.2f}]",
            f"< {FIRST_BAR_SECONDS} s",
            statistics.median(first) < FIRST_BAR_SECONDS,
        ),
    ]
    print(measurements_table(measurements))
    return measurements


def links(picture: Path, folder: Path, made: int, count: int) -> int:
    """Add links to a picture until there are `count`."""
    for index in range(made, count):
        (folder / f"{index:07}.png").symlink_to(picture)
    return count


def peak_megabytes(folder: Path, address: str, output: Path) -> float:
    """Return the peak memory of `lenet classify` of a folder, in MB (10^6 bytes)."""
    command = [
        *(str(BIN / "lenet"), "classify", str(folder), "--server", address),
        *("--format=jsonl", "--output", str(output), "--quiet"),
    ]
    done = subprocess.run([sys.executable, "-c", STARTER, *command], check=True, capture_output=True, text=True)
    return int(done.stdout) * 1024 / 1e6


def first_results(picture: Path, address: str, rounds: int) -> list[float]:
    """Return the seconds from the start of the process to the first line of results in a pipe, for each round."""
    taken = []
    with tempfile.TemporaryDirectory() as name:
        links(picture, Path(name), 0, FIRST_COUNT)
        for _ in range(rounds):
            start = time.perf_counter()
            flags = ("--server", address, "--format=jsonl", "--quiet")
            command: list[str | Path] = [BIN / "lenet", "classify", name, *flags]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
                assert process.stdout
                assert process.stdout.readline()
                taken.append(time.perf_counter() - start)
                process.kill()
    return taken


if __name__ == "__main__":
    main()
