"""The command's memory does not grow with the number of pictures."""

import subprocess
import sys
from pathlib import Path

from tests.support.processes import BIN

MEGABYTE = 1024  # the unit of ru_maxrss is kB

# Until it calls exec, a child process is charged with its parent's memory: so a small process starts it.
STARTER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_memory(folder: Path, address: str) -> int:
    """The peak memory of `lenet classify` for a folder, in kB."""
    output = folder.with_suffix(".jsonl")
    command = [BIN / "lenet", "classify", folder, "--server", address, "--format=jsonl", "--output", output]
    starter = [sys.executable, "-c", STARTER, *map(str, command)]
    return int(subprocess.run(starter, check=True, capture_output=True, text=True, timeout=100).stdout)


def test_memory_is_flat(address: str, samples: dict[Path, str], tmp_path: Path) -> None:
    picture = next(iter(samples))
    for count in (300, 6000):
        (tmp_path / str(count)).mkdir()
        for index in range(count):
            (tmp_path / str(count) / f"{index}.png").symlink_to(picture)
    few, many = (peak_memory(tmp_path / str(count), address) for count in (300, 6000))
    assert many - few < 8 * MEGABYTE
    assert many < 150 * MEGABYTE
