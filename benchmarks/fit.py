"""How long pictures take to be decoded and fitted, by their size: python -m benchmarks.fit --data DIR.

DIR has a folder for each label, with pictures as people have them. `--earlier PYTHON` names the interpreter of an
earlier version's environment: both versions then work in turns, a class of pictures at a time, in a process and on a
thread each. Written is the processor time of a picture, the best of all rounds: median and mean over a class.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple

import cv2

from lenet_imaging import ImageError, Preprocessing, decode, fit

INK = Preprocessing("ink", 1, 28, 28)
CLASSES = ((28, "28×28"), (64, "up to 64"), (300, "up to 300"), (1000, "up to 1,000"), (10**9, "over 1,000"))
UNCHANGED = "28×28, passes unchanged"


class Times(NamedTuple):
    """Milliseconds of processor time for a picture."""

    decode: float
    fit: float


class Timed(NamedTuple):
    """The time that each version took for a picture at best."""

    now: Times
    earlier: Times | None


def measure(path: Path) -> Times:
    """Return the time of one decoding and one fitting."""
    data = path.read_bytes()
    started = time.process_time()
    picture = decode(data)
    decoded = time.process_time()
    with suppress(ImageError):  # to find that there is no ink takes time as well
        fit(picture, INK)
    return Times(1e3 * (decoded - started), 1e3 * (time.process_time() - decoded))


def size_class(path: Path) -> str:
    """Return the class of a picture."""
    picture = decode(path.read_bytes())
    longest = max(picture.shape[:2])
    name = next(name for most, name in CLASSES if longest <= most)
    with suppress(ImageError):
        fitted = fit(picture, INK)
        grey = picture if picture.ndim == 2 else picture[:, :, 0]
        if grey.shape == fitted.shape[1:] and (grey == fitted[0]).all():
            return UNCHANGED
    return name


def worker() -> None:
    """Time the pictures of which standard input has lists, a line each."""
    cv2.setNumThreads(1)
    for line in sys.stdin:
        print(json.dumps([measure(Path(each)) for each in json.loads(line)]), flush=True)


class Version:
    """A version of lenet_imaging in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin
        assert process.stdout
        self._questions, self._answers = process.stdin, process.stdout

    def measure(self, paths: list[Path]) -> list[Times]:
        """Return the times of some pictures."""
        self._questions.write(json.dumps([str(path) for path in paths]) + "\n")
        self._questions.flush()
        return [Times(*each) for each in json.loads(self._answers.readline())]


@contextmanager
def version(python: str) -> Iterator[Version]:
    """Start a version, given the interpreter of its environment, and end it."""
    with subprocess.Popen(
        [python, __file__, "--worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Version(process)
        finally:
            process.kill()


def best(rounds: list[list[Times]]) -> list[Times]:
    """Return the least time of each picture."""
    return [
        Times(min(each.decode for each in times), min(each.fit for each in times))
        for times in zip(*rounds, strict=True)
    ]


def timed(paths: list[Path], rounds: int, earlier: str | None) -> dict[str, list[Timed]]:
    """Time all pictures by class, both versions in turns."""
    classes: dict[str, list[Path]] = {}
    for path in paths:
        classes.setdefault(size_class(path), []).append(path)
    found = {}
    with version(sys.executable) as new, version(earlier or sys.executable) as old:
        for name, members in classes.items():
            pairs = [(new.measure(members), old.measure(members) if earlier else []) for _ in range(rounds)]
            now, before = best([each for each, _ in pairs]), best([each for _, each in pairs])
            found[name] = [Timed(each, before[index] if before else None) for index, each in enumerate(now)]
    return found


def row(name: str, pictures: list[Timed]) -> str:
    """Return a line of the table: median and mean of the fit, and how many times faster it is by each."""
    cells = [name, str(len(pictures)), f"{median(each.now.decode for each in pictures):.3f}"]
    for kind in (median, fmean):
        now = kind([each.now.fit for each in pictures])
        before = kind([each.earlier.fit for each in pictures if each.earlier] or [0])
        cells += [f"{now:.3f}", f"{before:.3f}", f"{before / now:.1f}"]
    both = fmean(sum(each.now) for each in pictures)
    before_both = fmean([sum(each.earlier) for each in pictures if each.earlier] or [0])
    return " | ".join(["", *cells, f"{before_both / both:.1f}", ""]).strip()


def main() -> None:
    """Write a table."""
    parser = argparse.ArgumentParser(description="How long pictures take to be decoded and fitted, by their size.")
    parser.add_argument("--data", type=Path, default=Path("data/strangers"), help="a folder of pictures for each label")
    parser.add_argument("--earlier", metavar="PYTHON", help="interpreter of the earlier version to compare with")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        worker()
        return
    classes = timed(sorted(options.data.glob("*/*")), options.rounds, options.earlier)
    print("| longest side | pictures | decode | fit, median | earlier | × | fit, mean | earlier | × | both, mean × |")
    print("|---|" + "---:|" * 9)
    for name in (UNCHANGED, *(name for _, name in CLASSES)):
        if name in classes:
            print(row(name, classes[name]))


if __name__ == "__main__":
    main()
