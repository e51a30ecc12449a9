"""The library against a real server; each test runs for Client and for AsyncClient."""

import socket
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet_client import (
    Client,
    ImageError,
    InvalidRequest,
    ModelNotFound,
    Prediction,
    ServerUnavailable,
)


@pytest.fixture(scope="module")
def seven() -> Path:
    """A picture file of a seven."""
    return next((Path(__file__).parents[2] / "samples").glob("7_*"))


def test_every_type_of_image_is_classified(client: Client, seven: Path) -> None:
    prediction = client.classify(seven)
    assert prediction.label == "7"
    assert prediction.score == prediction.top[0][1] > 0.5
    assert client.classify(str(seven)) == prediction
    assert client.classify(seven.read_bytes()) == prediction
    with seven.open("rb") as file:
        assert client.classify(file) == prediction


def test_an_array_is_classified(client: Client, digits: NDArray[np.uint8]) -> None:
    as_array = client.classify(digits[0], top_k=10)
    as_png = client.classify(cv2.imencode(".png", digits[0, 0])[1].tobytes(), top_k=10)
    assert as_array == as_png
    assert sum(score for _, score in as_array.top) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (b"", "empty"),
        (b"no picture", "not a picture"),
        (bytes(33 * 2**20), "larger than 33,554,432 bytes"),
        ("a\0b.png", "cannot be read: embedded null byte"),
        (np.zeros((1, 28, 28), np.float32), "float32: uint8 is expected"),
        (np.zeros((28, 28, 1), np.uint8), r"\[28, 28, 1\]: the model takes \[1, 28, 28\]"),
        ("nowhere.png", "nowhere.png: cannot be read: No such file"),
    ],
)
def test_an_image_that_cannot_be_read_raises_with_the_reason(client: Client, image: object, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        client.classify(image)  # type: ignore[arg-type]


def test_a_file_that_the_server_refuses_is_named(client: Client, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    with pytest.raises(ImageError, match=r"text\.png: ") as caught:
        client.classify(tmp_path / "text.png")
    assert caught.value.path == str(tmp_path / "text.png")


def test_an_object_of_another_type_is_a_type_error(client: Client) -> None:
    with pytest.raises(TypeError, match="not int"):
        client.classify(7)  # type: ignore[arg-type]


def test_a_batch_has_a_result_for_each_image(client: Client, samples: dict[Path, str]) -> None:
    images: list[Path | bytes] = [*samples, b"garbage"]
    images.insert(1, Path("nowhere.png"))
    results = client.classify_batch(images)
    assert [index for index, each in enumerate(results) if isinstance(each, ImageError)] == [1, len(images) - 1]
    labels = [each.label for each in results if isinstance(each, Prediction)]
    assert sum(label == truth for label, truth in zip(labels, samples.values(), strict=True)) >= 27


def test_many_images_come_back_in_order(client: Client, digits: NDArray[np.uint8]) -> None:
    one_by_one = [client.classify(each) for each in digits]
    many = list(client.classify_many(digits[index % 64] for index in range(1000)))
    assert [each.label for each in many if isinstance(each, Prediction)] == [
        one_by_one[index % 64].label for index in range(1000)
    ]


def test_no_images_give_no_results(client: Client) -> None:
    assert list(client.classify_many([])) == []
    assert client.classify_batch([]) == []


def test_models_and_health(client: Client) -> None:
    (model,) = client.models()
    assert model == client.model("lenet") == client.model("lenet", 1)
    assert model.input_shape == (1, 28, 28)
    assert model.labels == tuple("0123456789")
    assert client.healthy()
    assert client.healthy("lenet")


def test_errors_of_the_whole_request(client: Client, seven: Path) -> None:
    with pytest.raises(ModelNotFound, match="no model 'vgg'"):
        client.classify(seven, model="vgg")
    with pytest.raises(ModelNotFound):
        client.model("lenet", 99)
    with pytest.raises(ModelNotFound):
        client.healthy("vgg")
    with pytest.raises(InvalidRequest, match="top_k is 11"):
        client.classify(seven, top_k=11)
    with pytest.raises(InvalidRequest, match="larger than max"):
        client.classify_batch([bytes(30 * 2**20)] * 3)


def test_an_unreachable_server_is_unavailable(connect: Callable[..., Client], seven: Path) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound but not listening
        server = f"127.0.0.1:{reserved.getsockname()[1]}"
        with connect(server, timeout=5) as client, pytest.raises(ServerUnavailable, match=server):
            client.classify(seven)
