"""Sets pictures aside to test with: of every label the same share, and always the same ones."""

import numpy as np
from numpy.typing import NDArray


def stratified(labels: NDArray[np.int64], share: float, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices to train and to test with, each in order: of each label's pictures `share`, but one at least, to test."""
    generator = np.random.default_rng(seed)
    test = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == label))
        test[members[: max(1, round(share * len(members)))]] = True
    return np.flatnonzero(~test), np.flatnonzero(test)
