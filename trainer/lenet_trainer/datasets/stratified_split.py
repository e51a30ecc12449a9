"""Splits off a test set: the same share of every label, the same images for the same seed."""

import numpy as np
from numpy.typing import NDArray


def stratified(labels: NDArray[np.int64], share: float, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return sorted indices to train and to test with; the test set has `share` of each label, at least one image."""
    generator = np.random.default_rng(seed)
    test = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == label))
        test[members[: max(1, round(share * len(members)))]] = True
    return np.flatnonzero(~test), np.flatnonzero(test)
