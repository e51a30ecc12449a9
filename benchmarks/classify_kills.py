"""Kills `lenet classify` again and again, restarts its server, and looks for each picture in the results once.

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
from benchmarks.findings import Finding, findings_table
from tests.support.processes import BIN, server_process

PICTURES = 10_000
KILLS = 20
RESTARTS = 5


@dataclass(frozen=True)
class Trial:
    """A command, and what it leaves when nothing disturbs it."""

    command: list[str]
    output: Path
    seconds: float = 0.0
    text: str = ""

    def undisturbed(self) -> "Trial":
        """Run it; the trial that knows what must come out."""
        start = time.perf_counter()
        subprocess.run(self.command, check=True)
        seconds, text = time.perf_counter() - start, self.output.read_text()
        self.output.unlink()
        return Trial(self.command, self.output, seconds, text)

    def check(self) -> None:
        """Fail where the results are not those of the run that nothing disturbed."""
        text = self.output.read_text()
        self.output.unlink()
        paths = [json.loads(line)["path"] for line in text.splitlines()]
        assert len(set(paths)) == len(paths), "a picture is there twice"
        assert text == self.text, "the results differ"


def main(argv: Sequence[str] | None = None) -> list[Finding]:
    """Disturb, and compare the results with those of a run that nothing disturbed."""
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
    findings = [
        Finding(f"{pictures:,} pictures, {times} kills in {runs} runs", "each exactly once", "the same results", True),
        Finding(f"{pictures:,} pictures, {again} server restarts", "each exactly once", "the same results", True),
    ]
    print("\n" + findings_table(findings))
    return findings


def kills(trial: Trial, times: int, chance: random.Random) -> int:
    """Kill so many times; return how many runs came to their end on the way: a resumed one has less to do."""
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
    """Restart the server in the middle of so many runs."""
    for number in range(times):
        with server_process(*flags):
            process = subprocess.Popen(trial.command)
            time.sleep(chance.uniform(0.3, trial.seconds * 0.8))
        with server_process(*flags):  # the command goes on as soon as there is a server again
            status = process.wait(60)
        print(f"restart {number + 1}: status {status}", flush=True)
        assert status == 0
        trial.check()


if __name__ == "__main__":
    main()
