"""Runs the examples in docs/client.md against a real server."""

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs/client.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs(number: int, one_address: str) -> None:
    code = EXAMPLES[number].replace("localhost:50051", one_address)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert "Traceback" not in done.stdout


def test_all_examples_are_found() -> None:
    assert len(EXAMPLES) == (ROOT / "docs/client.md").read_text().count("```python") == 8
