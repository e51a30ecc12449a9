"""Whatever a file holds, the decoding libraries write nothing to stderr, and the program's own lines get there."""

import subprocess
import sys
import threading

import numpy as np

from lenet_imaging import decode
from tests.support.imaging.files import FILES

SPOIL = """
import random, sys
from lenet_imaging import ImageError, decode
from tests.support.imaging.files import FILES
from tests.support.imaging.mutants import mutant

chance = random.Random(1)
read = 0
for _ in range(1500):
    try:
        decode(mutant(chance, chance.choice(list(FILES.values()))))
        read += 1
    except ImageError:
        pass
print(read)
"""
SPEAK = """
import ctypes, os, sys, threading
from lenet_imaging import decode
from tests.support.imaging.files import FILES

library = ctypes.CDLL(None)
stderr = ctypes.c_void_p.in_dll(library, "stderr")
before = stderr.value
done = threading.Event()

def decode_on():
    while not done.is_set():
        decode(FILES["JPEG"])

threads = [threading.Thread(target=decode_on) for _ in range(3)]
[thread.start() for thread in threads]
for _ in range(2000):
    decode(FILES["PNG"])
print("a line of the program's own", file=sys.stderr)
done.set()
[thread.join() for thread in threads]
assert stderr.value == before
child = os.fork()
if child == 0:
    decode(FILES["JPEG"])
    os._exit(0 if stderr.value == before else 1)
assert os.waitpid(child, 0)[1] == 0
library.fputs(b"a line of a C library's\\n", stderr)
"""


def run(program: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=100, check=False)


def test_spoilt_files_write_nothing() -> None:
    ended = run(SPOIL)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert int(ended.stdout) > 100


def test_the_programs_lines_and_other_libraries_are_not_silenced() -> None:
    ended = run(SPEAK)
    assert (ended.returncode, ended.stderr) == (0, "a line of the program's own\na line of a C library's\n")


def test_threads_give_the_same_pixels() -> None:
    right = {name: decode(data) for name, data in FILES.items()}
    wrong: list[str] = []

    def check() -> None:
        for _ in range(30):
            wrong.extend(name for name, data in FILES.items() if not np.array_equal(decode(data), right[name]))

    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
