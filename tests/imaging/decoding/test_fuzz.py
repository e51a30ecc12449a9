"""Thousands of spoilt files, one after the other in one process: no crash, none that takes long, memory as before.

`LENET_FUZZ_EXAMPLES=20000 python -m pytest tests/imaging/decoding/test_fuzz.py` takes ten times as many as usual.
"""

import os
import subprocess
import sys

import pytest

EXAMPLES = int(os.environ.get("LENET_FUZZ_EXAMPLES", "2000"))
PROGRAM = """
import random, resource, sys, time
from pathlib import Path
from lenet_imaging import ImageError, Preprocessing, prepare
from tests.support.imaging.files import FILES
from tests.support.imaging.mutants import mutant

def memory():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 2**20

chance = random.Random(int(sys.argv[1]))
files = [*FILES.values(), *(path.read_bytes() for path in sorted(Path("samples").iterdir()))]
kinds = [Preprocessing("ink", 1, 28, 28), Preprocessing("resize", 3, 32, 32)]
for data in files:
    prepare(data, kinds[1])
before, read, slowest = memory(), 0, 0.0
for number in range(int(sys.argv[2])):
    data = mutant(chance, chance.choice(files))
    started = time.thread_time()
    try:
        prepare(data, kinds[number % 2])
        read += 1
    except ImageError:
        pass
    taken = time.thread_time() - started
    if taken > slowest:
        slowest = taken
        Path(sys.argv[3]).write_bytes(data)
print(read, slowest, memory() - before)
"""


@pytest.mark.timeout(60 + EXAMPLES // 10)
def test_spoilt_files_do_no_harm(tmp_path_factory: pytest.TempPathFactory) -> None:
    slowest_file = tmp_path_factory.mktemp("fuzz") / "slowest"
    command = [sys.executable, "-c", PROGRAM, "1", str(EXAMPLES), str(slowest_file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    read, slowest, grown = map(float, ended.stdout.split())
    assert read > 0.1 * EXAMPLES
    assert slowest < 1, f"seconds of one processor for {slowest_file}"
    assert grown < 100, "megabytes more than before"
