"""What a call brings, picture files or arrays, becomes the model's input array, or gets the reason why it cannot."""

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
class Pixels:
    """An array that is said to have the model's input shape already."""

    shape: tuple[int, ...]  # (C, H, W)
    data: bytes  # uint8, row-major


@dataclass(slots=True)
class Block:
    """Several such arrays in one. It is taken as it is, without a copy."""

    shape: tuple[int, ...]  # (n, C, H, W)
    data: bytes | memoryview  # uint8, row-major


Images = Sequence[bytes | Pixels] | Block  # bytes: a picture file as it is


def needs_decoding(images: Sequence[bytes | Pixels]) -> bool:
    """Whether there is a picture file among them: to read one takes longer than all the rest of a call."""
    return any(isinstance(image, bytes) for image in images)


class ImageReader:
    """Reads the images of a call for a model."""

    def __init__(self, limits: Limits, max_images: int, max_input_bytes: int, cores: int) -> None:
        """`limits` bound each picture file, the next two the images of one call and what their arrays come to.

        As many pictures are decoded at a time as there are cores: more would only need more memory.
        """
        self._limits = limits
        self._max_images = max_images
        self._max_input_bytes = max_input_bytes
        self._most: dict[Shape, int] = {}  # images of a shape in one call
        self._decoding = threading.Semaphore(cores)

    def read(
        self,
        images: Sequence[bytes | Pixels],
        served: ServedModel,
        check: Callable[[], None],
        *,
        all_or_nothing: bool,
    ) -> tuple[NDArray[np.uint8] | None, dict[int, str]]:
        """The images that can be read, [n, C, H, W] or None, and the reasons for the others by their position.

        Raises InvalidRequest where there is no image, or too many, and for the first that cannot be read if it is all
        or nothing. Reading takes time: `check` is asked before each picture, and raises when nobody waits for the
        answer any more.
        """
        shape = served.model.input_shape
        self._count(len(images), shape)
        readable: list[NDArray[np.uint8]] = []
        unreadable: dict[int, str] = {}
        for position, image in enumerate(images):
            try:
                readable.append(
                    _array(image, shape) if isinstance(image, Pixels) else self._picture(image, served, check)
                )
            except (ImageError, InvalidRequest) as error:
                if all_or_nothing:
                    raise InvalidRequest(f"image {position} cannot be read: {error}") from error
                unreadable[position] = str(error)
        return (np.stack(readable) if readable else None), unreadable

    def block(self, block: Block, model: Model) -> NDArray[np.uint8]:
        """The images of a block, [n, C, H, W]. Raises InvalidRequest where it is not the model's, or too large."""
        shape = block.shape
        self._count(shape[0], model.input_shape)
        if shape[1:] != model.input_shape:
            takes = ", ".join(map(str, ("n", *model.input_shape)))
            raise InvalidRequest(f"the shape of input `image` is {list(shape)}: the model takes [{takes}]")
        return _filled("input `image`", shape, block.data)

    def _count(self, images: int, shape: Shape) -> None:
        if images < 1:
            raise InvalidRequest("the request has no image")
        most = self._most.get(shape)
        if most is None:
            most = self._most[shape] = min(self._max_images, self._max_input_bytes // math.prod(shape))
        if images > most:
            raise InvalidRequest(f"the request has {images} images: send {most} at most, and the rest in others")

    def _picture(self, file: bytes, served: ServedModel, check: Callable[[], None]) -> NDArray[np.uint8]:
        with self._decoding:
            check()
            start = time.perf_counter()
            image = prepare(file, served.model.preprocessing, self._limits)
            served.metrics.decoded(time.perf_counter() - start)
            return image


def _array(pixels: Pixels, input_shape: Shape) -> NDArray[np.uint8]:
    if pixels.shape != input_shape:
        raise InvalidRequest(f"the array's shape is {list(pixels.shape)}: the model takes {list(input_shape)}")
    return _filled("the array", pixels.shape, pixels.data)


def _filled(what: str, shape: tuple[int, ...], data: bytes | memoryview) -> NDArray[np.uint8]:
    size = math.prod(shape)
    if len(data) != size:
        raise InvalidRequest(f"{what} has {len(data)} bytes: its shape {list(shape)} needs {size}")
    return np.frombuffer(data, np.uint8).reshape(shape)
