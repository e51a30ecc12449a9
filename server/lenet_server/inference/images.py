"""Turns the images of a call, encoded or arrays, into the model's input array; reports those it cannot read."""

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenet_imaging import ImageError, Limits, prepare
from lenet_server.errors import InvalidRequest
from lenet_server.inference.catalog import ServedModel
from lenet_server.inference.model import Model

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class ImageArray:
    """One image as an array, which the request says has the model's input shape."""

    shape: tuple[int, ...]  # (C, H, W)
    data: bytes  # uint8, row-major


@dataclass(slots=True)
class ImageBlock:
    """Several images as one array, used without a copy."""

    shape: tuple[int, ...]  # (n, C, H, W)
    data: bytes | memoryview  # uint8, row-major


Images = Sequence[bytes | ImageArray] | ImageBlock  # bytes: an encoded image, such as a PNG file


def needs_decoding(images: Sequence[bytes | ImageArray]) -> bool:
    """Whether any image is encoded: decoding one takes longer than the rest of a call."""
    return any(isinstance(image, bytes) for image in images)


class ImageReader:
    """Reads the images of a call for a model."""

    def __init__(self, limits: Limits, max_images: int, max_input_bytes: int, cores: int) -> None:
        """`limits` bound each encoded image; `max_images` and `max_input_bytes` bound the images of one call.

        At most `cores` images are decoded at a time: more would only need more memory.
        """
        self._limits = limits
        self._max_images = max_images
        self._max_input_bytes = max_input_bytes
        self._max_of_shape: dict[Shape, int] = {}  # images of a shape in one call
        self._decoding = threading.Semaphore(cores)

    def read(
        self,
        images: Sequence[bytes | ImageArray],
        served: ServedModel,
        check: Callable[[], None],
        *,
        all_or_nothing: bool,
    ) -> tuple[NDArray[np.uint8] | None, dict[int, str]]:
        """The readable images, [n, C, H, W] or None, and the reasons for the others by their position.

        `check` is called before each image is decoded, and raises if the caller has left. Raises InvalidRequest for no
        image or too many, and, with `all_or_nothing`, for the first unreadable one.
        """
        shape = served.model.input_shape
        self._count(len(images), shape)
        readable: list[NDArray[np.uint8]] = []
        unreadable: dict[int, str] = {}
        for position, image in enumerate(images):
            try:
                readable.append(
                    _array(image, shape) if isinstance(image, ImageArray) else self._decode(image, served, check)
                )
            except (ImageError, InvalidRequest) as error:
                if all_or_nothing:
                    raise InvalidRequest(f"image {position} cannot be read: {error}") from error
                unreadable[position] = str(error)
        return (np.stack(readable) if readable else None), unreadable

    def block(self, block: ImageBlock, model: Model) -> NDArray[np.uint8]:
        """The images of a block, [n, C, H, W]. Raises InvalidRequest if its shape or its size does not fit."""
        shape = block.shape
        self._count(shape[0], model.input_shape)
        if shape[1:] != model.input_shape:
            takes = ", ".join(map(str, ("n", *model.input_shape)))
            raise InvalidRequest(f"the shape of input `image` is {list(shape)}: the model takes [{takes}]")
        return _from_bytes("input `image`", shape, block.data)

    def _count(self, images: int, shape: Shape) -> None:
        if images < 1:
            raise InvalidRequest("the request has no image")
        most = self._max_of_shape.get(shape)
        if most is None:
            most = self._max_of_shape[shape] = min(self._max_images, self._max_input_bytes // math.prod(shape))
        if images > most:
            raise InvalidRequest(f"the request has {images} images: send {most} at most, and the rest in others")

    def _decode(self, file: bytes, served: ServedModel, check: Callable[[], None]) -> NDArray[np.uint8]:
        with self._decoding:
            check()
            start = time.perf_counter()
            image = prepare(file, served.model.preprocessing, self._limits)
            served.metrics.decoded(time.perf_counter() - start)
            return image


def _array(image: ImageArray, input_shape: Shape) -> NDArray[np.uint8]:
    if image.shape != input_shape:
        raise InvalidRequest(f"the array's shape is {list(image.shape)}: the model takes {list(input_shape)}")
    return _from_bytes("the array", image.shape, image.data)


def _from_bytes(what: str, shape: tuple[int, ...], data: bytes | memoryview) -> NDArray[np.uint8]:
    size = math.prod(shape)
    if len(data) != size:
        raise InvalidRequest(f"{what} has {len(data)} bytes: its shape {list(shape)} needs {size}")
    return np.frombuffer(data, np.uint8).reshape(shape)
