"""The short form of the soak: workers killed, models reloaded, calls cancelled, every response checked."""

import os
import re
import subprocess
import sys

from tests.conftest import ROOT

SECONDS, KILL_EVERY, RELOAD_EVERY = 15, 3.5, 3
TIMEOUT = 110


def test_no_response_is_wrong_or_lost_while_workers_die_and_models_change() -> None:
    flags = [f"--seconds={SECONDS}", f"--kill-every={KILL_EVERY}", f"--reload-every={RELOAD_EVERY}"]
    callers = ["--callers=32", "--processes=2", "--workers=2"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", *flags, *callers],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = {name.strip(): number for name, number in re.findall(r"\| ([^|]+?) \| ([\d,]+) \|", done.stdout)}
    assert int(figures["workers killed"]) >= 3
    assert int(figures["reloads"]) >= 4
    assert int(figures["cancelled calls"]) >= 1
    assert int(figures["responses"].replace(",", "")) >= 100
