"""scikit-learn's 1,797 bundled digits, for trials and tests without a download."""

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits as load_bundled
from sklearn.model_selection import train_test_split

from lenet_imaging.digits.fit_ink import cropped, place
from lenet_imaging.digits.strokes import with_usual_strokes
from lenet_trainer.datasets.dataset import Dataset, content_digest

TEST_IMAGES = 360
FINER = 10  # enlargement before strokes are thinned, so that they can be thinned by a fraction of a pixel
BRIGHTEST = 16  # grey levels run from 0 to 16


def load_digits() -> Dataset:
    """Return 1,437 images to train and 360 to test, stratified by label and the same in every run."""
    bundled = load_bundled()
    levels = np.rint(bundled.images * (255 / BRIGHTEST)).astype(np.uint8)  # [N, 8, 8]
    images = np.stack([enlarge(picture) for picture in levels])  # [N, 1, 28, 28]
    labels = bundled.target.astype(np.int64)  # [N]
    train, test = train_test_split(np.arange(len(labels)), test_size=TEST_IMAGES, stratify=labels, random_state=0)
    arrays = (images[train], labels[train], images[test], labels[test])
    return Dataset(
        "digits",
        content_digest(*arrays),
        tuple("0123456789"),
        "ink",
        *arrays,
        description=(
            "scikit-learn's digits: 1,797 handwritten digits of 8×8 pixels, enlarged to 28×28, "
            "1,437 to train and 360 to test"
        ),
        attribution=(
            "Optical Recognition of Handwritten Digits by E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, "
            "CC BY 4.0"
        ),
    )


def enlarge(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an image [8, 8], light ink on black, as [1, 28, 28], sized and placed as the preprocessing does it."""
    # Detecting the ink is unnecessary here: it is whatever is light.
    fine = cv2.resize(np.pad(picture, 1), None, fx=FINER, fy=FINER, interpolation=cv2.INTER_CUBIC)
    drawn = with_usual_strokes(cropped(np.asarray(fine, np.uint8)))
    return place(cropped(drawn), 28, 28)[np.newaxis]
