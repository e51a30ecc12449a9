"""The Python example in the README runs."""

import re
import subprocess
import sys

from tests.conftest import ROOT


def test_the_python_example_runs(address: str) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    code = example.replace("localhost:50051", address)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=60)
    first, *rest = done.stdout.splitlines()
    assert first.split()[0] == "7"
    assert len(rest) == 30
