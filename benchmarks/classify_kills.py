"""Kills `lenet classify` and restarts its server at random, and checks that every picture is classified once.

    python -m benchmarks.classify_kills

10,000 pictures; 20 times SIGKILL at a random moment, each followed by the same command with --resume; then 5 runs in
the middle of which the server is restarted. tests/client/cli/classify/test_resume.py is the short form.
"""

import json
import random
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ours
from benchmarks.measurements import Measurement, measurements_table
from tests.support.processes import BIN, server_process

PICTURES = 10_000
KILLS = 20
RESTARTS = 5


@dataclass(frozen=True)
class Trial:
    """A command, and the duration and output of an undisturbed run."""

    command: list[str]
    output: Path
    seconds: float = 0.0
    text: str = ""

    def undisturbed(self) -> "Trial":
        """Run the command undisturbed and return the trial with its duration and output."""
        start = time.perf_counter()
        subprocess.run(self.command, check=True)
        seconds, text = time.perf_counter() - start, self.output.read_text()
        self.output.unlink()
        return Trial(self.command, self.output, seconds, text)

    def check(self) -> None:
        """Raise AssertionError unless the output equals that of the undisturbed run."""
        text = self.output.read_text()
        self.output.unlink()
        paths = [json.loads(line)["path"] for line in text.splitlines()]
        assert len(set(paths)) == len(paths), "a picture occurs twice"
        assert text == self.text, "the results differ"


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Kill and restart, and compare the results with an undisturbed run."""
    parser = ours.parser(__doc__)
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args(argv)
    pictures, times, again = (1000, 2, 1) if arguments.quick else (PICTURES, KILLS, RESTARTS)
    chance = random.Random(arguments.seed)  # noqa: S311
    flags = ours.flags(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder, output = Path(name) / "pictures", Path(name) / "out.jsonl"
        folder.mkdir()
        for index in range(pictures):
            (folder / f"{index:05}.png").symlink_to(ours.ROOT / "samples" / "0_0.png")
        with ours.serving(flags) as server:
            command = [
                *(str(BIN / "lenet"), "classify", str(folder), "--server", ours.address(server)),
                *("--format=jsonl", "--output", str(output), "--resume", "--quiet"),
            ]
            trial = Trial(command, output).undisturbed()
            runs = kills(trial, times, chance)
            port = server.grpc_port
        restarts(trial, again, chance, [*flags, f"--model-repository={ours.MODELS}", f"--port={port}"])
    measurements = [
        Measurement(
            f"{pictures:,} pictures, {times} kills in {runs} runs", "each exactly once", "the same results", True
        ),
        Measurement(f"{pictures:,} pictures, {again} server restarts", "each exactly once", "the same results", True),
    ]
    print("\n" + measurements_table(measurements))
    return measurements


def kills(trial: Trial, times: int, chance: random.Random) -> int:
    """Kill the command `times` times; return the number of runs that completed, as a resumed one may."""
    landed = runs = 0
    while landed < times:
        with subprocess.Popen(trial.command) as process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0, trial.seconds))
            process.kill()
        if process.returncode == 0:
            runs += 1
            trial.check()
        else:
            landed += 1
            print(f"kill {landed}", flush=True)
    subprocess.run(trial.command, check=True)
    trial.check()
    return runs + 1


def restarts(trial: Trial, times: int, chance: random.Random, flags: Sequence[str]) -> None:
    """Restart the server in the middle of `times` runs."""
    for number in range(times):
        with server_process(*flags):
            process = subprocess.Popen(trial.command)
            time.sleep(chance.uniform(0.3, trial.seconds * 0.8))
        with server_process(*flags):  # the command goes on when the server is back
            status = process.wait(60)
        print(f"restart {number + 1}: status {status}", flush=True)
        assert status == 0
        trial.check()


if __name__ == "__main__":
    main()
