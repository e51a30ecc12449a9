"""What is encoded comes back the same."""

import numpy as np
import pytest

from lenet_imaging import decode, encode_png
from tests.support.imaging.files import opened


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_comes_back_unchanged(channels: int) -> None:
    image = np.random.default_rng(1).integers(0, 256, (channels, 12, 17), dtype=np.uint8)
    data = encode_png(image)
    assert opened(data).mode == ("L" if channels == 1 else "RGB")
    decoded = decode(data)
    assert np.array_equal(decoded.reshape(12, 17, channels).transpose(2, 0, 1), image)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((2, 8, 8), np.uint8),
        np.zeros((1, 8, 8), np.float32),
        np.zeros((1, 0, 8), np.uint8),
    ],
)
def test_other_arrays_are_refused(image: np.typing.NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="a picture is uint8"):
        encode_png(image)
