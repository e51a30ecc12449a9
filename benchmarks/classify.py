"""Measures `lenet classify`, with the server on the same machine, beside scripts that need no server.

    python -m benchmarks.classify --pictures DIR

DIR holds small PNG files, as `lenet-trainer pictures --dataset mnist` writes them; they are read once before, to warm
the page cache. Every program is timed as a whole process, in interleaved rounds; the server is started once.
classify_memory.py measures the memory and the time to the first result.
"""

import json
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

OURS = "lenet classify"
BASELINES = {
    "Pillow + ONNX Runtime, batch of 1": ["plain", "--batch=1"],
    "Pillow + ONNX Runtime, batches of 64": ["plain", "--batch=64"],
    "OpenCV + ONNX Runtime, batches of 64, a thread for each core": ["ceiling", "--batch=64"],
}
BARS = dict(zip(BASELINES, (3.0, 1.3, 0.8), strict=True))
QUICK = 2000  # pictures


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure, and print a table."""
    parser = ours.parser(__doc__)
    parser.add_argument("--pictures", type=Path, required=True, metavar="DIR")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args(argv)
    rounds = 1 if arguments.quick else arguments.rounds
    with tempfile.TemporaryDirectory() as name, ours.serving(ours.flags(arguments)) as server:
        scratch = Path(name)
        folder = few(arguments.pictures, scratch / "few") if arguments.quick else arguments.pictures
        pictures = sum(len(file.read_bytes()) > 0 for file in folder.rglob("*.png"))  # warms the page cache
        commands = {
            what: [sys.executable, "-m", "benchmarks.classify_baselines", flags[0], str(folder), "OUTPUT", flags[1]]
            for what, flags in BASELINES.items()
        }
        address = ours.address(server)
        commands[OURS] = [
            *(str(BIN / "lenet"), "classify", str(folder), "--server", address),
            *("--format=jsonl", "--output", "OUTPUT", "--quiet"),
        ]
        seconds: dict[str, list[float]] = {what: [] for what in commands}
        for number in range(rounds):
            labels = {}
            for what, command in commands.items():
                output = scratch / f"{number}.jsonl"
                taken = timed([str(output) if each == "OUTPUT" else each for each in command])
                seconds[what].append(taken)
                labels[what] = labels_in(output)
                output.unlink()
                print(f"round {number + 1}: {what}: {taken:.2f} s, {pictures / taken:,.0f} pictures/s", flush=True)
            assert all(each == labels[OURS] for each in labels.values()), "the programs disagree"
    return report(pictures, seconds)


def few(pictures: Path, folder: Path) -> Path:
    """Fill a folder with links to the first QUICK pictures, and return it."""
    folder.mkdir()
    for index, file in zip(range(QUICK), pictures.rglob("*.png"), strict=False):
        (folder / f"{index}.png").symlink_to(file.resolve())
    return folder


def timed(command: Sequence[str]) -> float:
    """Return the seconds that a process takes from start to end."""
    start = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - start


def labels_in(output: Path) -> dict[str, str]:
    """Return the labels in a file of JSON Lines, by path."""
    records = (json.loads(line) for line in output.read_text().splitlines())
    return {record["path"]: record["label"] for record in records}


def report(pictures: int, seconds: dict[str, list[float]]) -> list[Measurement]:
    """Print the rates, and the median over the rounds of ours divided by each baseline's."""
    rows = []
    measurements = []
    for what, taken in seconds.items():
        rates = sorted(pictures / each for each in taken)
        row = [what, f"{statistics.median(rates):,.0f} [{rates[0]:,.0f} … {rates[-1]:,.0f}]"]
        if what in BARS:
            ratio = statistics.median(other / own for other, own in zip(taken, seconds[OURS], strict=True))
            met = ratio >= BARS[what]
            measurements.append(Measurement(f"{OURS} / {what}", f"{ratio:.2f}", f"≥ {BARS[what]}", met))
            row += [f"{ratio:.2f}", f"{BARS[what]}"]
        rows.append([*row, *[""] * (4 - len(row))])
    print("\n" + table([f"{pictures:,} PNG files", "pictures/s", "lenet classify / this", "bar"], rows))
    print("\n" + measurements_table(measurements))
    return measurements


if __name__ == "__main__":
    main()
