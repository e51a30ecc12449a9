"""What every script here is given: `python -m … ADDRESS FOLDER`, and the digits with the model's own answers."""

import sys
from pathlib import Path
from typing import Any

import numpy as np

ADDRESS = sys.argv[1]
FOLDER = Path(sys.argv[2])
with np.load(FOLDER / "digits.npz") as saved:
    DIGITS, PROBABILITIES, LOGITS = saved["digits"], saved["probabilities"], saved["logits"]
COUNT = len(DIGITS)
TIMEOUT = 20.0


def agrees(result: Any, start: int, stop: int) -> None:
    """Assert that the result is the model's own answer for digits start … stop − 1."""
    np.testing.assert_allclose(result.as_numpy("probabilities"), PROBABILITIES[start:stop], atol=1e-5)
    np.testing.assert_allclose(result.as_numpy("logits"), LOGITS[start:stop], atol=1e-4)
