"""The baselines from scikit-learn: logistic regression, K-NN and SVMs, on rows of pixels from 0 to 1."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from lenet_trainer.datasets.dataset import Dataset

CACHE_MEGABYTES = 1000.0  # of kernel values, which makes training faster; scikit-learn's default is 200


class ScikitLearnEstimator:
    """A scikit-learn classifier; `count` returns its number of parameters."""

    convolutional = False

    def __init__(self, name: str, classifier: Any, count: Callable[[Any], int]):
        self.name, self.classifier, self.count = name, classifier, count

    def learn(self, dataset: Dataset) -> None:
        """Learn from the training split."""
        self.classifier.fit(rows(dataset.train_images), dataset.train_labels)

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the labels [N] of images [N, C, H, W]."""
        return np.asarray(self.classifier.predict(rows(images)), np.int64)

    def saved(self) -> bytes:
        """Return the classifier, pickled."""
        return pickle.dumps(self.classifier)

    @property
    def parameters(self) -> int:
        """The number of weights, or of values in the images that are kept."""
        return self.count(self.classifier)

    @property
    def support_vectors(self) -> int | None:
        """The number of training images that an SVM or K-NN keeps; None for other classifiers."""
        if isinstance(self.classifier, SVC):
            return int(self.classifier.n_support_.sum())
        if isinstance(self.classifier, KNeighborsClassifier):
            return int(self.classifier.n_samples_fit_)
        return None


def scikit_learn_estimators() -> list[ScikitLearnEstimator]:
    """Return the baselines that are not networks.

    C and gamma of the SVMs were chosen on images of MNIST's training split.
    """
    return [
        ScikitLearnEstimator("logistic regression", LogisticRegression(max_iter=200, tol=1e-3), linear_parameters),
        ScikitLearnEstimator("K-NN, K = 3", KNeighborsClassifier(3, algorithm="brute"), kept_numbers),
        ScikitLearnEstimator("SVM, Gaussian", SVC(C=5, gamma=0.02, cache_size=CACHE_MEGABYTES), machine_parameters),
        ScikitLearnEstimator(
            "SVM, degree 4",
            SVC(C=5, kernel="poly", degree=4, gamma=0.02, coef0=1, cache_size=CACHE_MEGABYTES),
            machine_parameters,
        ),
    ]


def rows(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return images [N, C, H, W] as rows of pixels from 0 to 1, [N, C·H·W]."""
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


def linear_parameters(classifier: LogisticRegression) -> int:
    """Return the number of weights and biases."""
    return int(classifier.coef_.size + classifier.intercept_.size)


def kept_numbers(classifier: KNeighborsClassifier) -> int:
    """Return the number of pixels of all training images."""
    return int(classifier.n_samples_fit_ * classifier.n_features_in_)


def machine_parameters(classifier: SVC) -> int:
    """Return the number of values in support vectors, coefficients and biases."""
    return int(classifier.support_vectors_.size + classifier.dual_coef_.size + classifier.intercept_.size)
