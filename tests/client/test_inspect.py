"""inspect(): the prediction with the model's input."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet_client import Client, ImageError, InvalidRequest, ModelInput, ModelNotFound
from lenet_imaging import Preprocessing, prepare


def test_inspect_returns_prediction_and_input(client: Client, samples: dict[Path, str]) -> None:
    for file in list(samples)[:5]:
        inspection = client.inspect(file, top_k=10)
        assert inspection.prediction == client.classify(file, top_k=10)
        prepared = prepare(file.read_bytes(), Preprocessing("ink", 1, 28, 28))
        assert inspection.input == ModelInput((1, 28, 28), prepared.tobytes())
        assert (inspection.model, inspection.version) == ("lenet", 1)


def test_an_array_is_returned_unchanged(client: Client, digits: NDArray[np.uint8]) -> None:
    assert client.inspect(digits[3]).input == ModelInput((1, 28, 28), digits[3].tobytes())


def test_an_unreadable_image_raises_with_its_path(client: Client, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("no picture")
    for path in (tmp_path / "notes.png", tmp_path / "none.png"):
        with pytest.raises(ImageError, match=path.name) as raised:
            client.inspect(path)
        assert raised.value.path == str(path)


def test_errors_of_the_request(client: Client, digits: NDArray[np.uint8]) -> None:
    with pytest.raises(ModelNotFound):
        client.inspect(digits[0], model="none")
    with pytest.raises(InvalidRequest, match="top_k"):
        client.inspect(digits[0], top_k=99)
