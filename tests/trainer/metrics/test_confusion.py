"""The confusion matrix, precision and recall equal scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix as theirs
from sklearn.metrics import precision_score, recall_score

from lenet_trainer.metrics.confusion import class_results, confusion_matrix

answers = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


@given(answers)
def test_as_scikit_learn_computes_it(pairs: list[tuple[int, int]]) -> None:
    labels, predicted = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    matrix = confusion_matrix(labels, predicted, 5)
    assert np.array_equal(matrix, theirs(labels, predicted, labels=range(5)))
    results = class_results(matrix, "abcde")
    options = {"labels": range(5), "average": None, "zero_division": 0}
    assert [item.precision or 0 for item in results] == pytest.approx(precision_score(labels, predicted, **options))
    assert [item.recall or 0 for item in results] == pytest.approx(recall_score(labels, predicted, **options))
    assert sum(item.images for item in results) == sum(item.predicted for item in results) == len(pairs)


def test_nothing_to_divide_by() -> None:
    results = class_results(np.array([[2, 0, 0], [1, 0, 0], [0, 0, 0]]), ["a", "b", "c"])
    assert [(item.precision, item.recall) for item in results] == [(2 / 3, 1.0), (None, 0.0), (None, None)]
