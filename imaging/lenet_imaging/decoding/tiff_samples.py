"""From the unpacked bytes of a TIFF file to its pixels: bit depths, byte orders, planes, palettes, transparency."""

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from lenet_imaging.decoding.encoded import Raster, Samples

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK = 0, 1, 2, 3, 5
_COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, CMYK: 4}  # samples of a pixel, without alpha
_OTHERS = {-1: "unknown", 6: "YCbCr", 8: "CIELAB", 9: "ICCLAB", 32803: "camera raw", 32844: "LogL", 32845: "LogLuv"}
_UNSPECIFIED, _ASSOCIATED = 0, 1  # kinds of an extra sample


@dataclass(frozen=True)
class Layout:
    """What the bytes of a TIFF picture mean. `extra` and `colour_map` are the tags' values; `order` is < or >."""

    width: int
    height: int
    bits: int
    samples: int
    planar: bool
    photometric: int
    predicted: bool
    extra: list[int]
    colour_map: list[int]
    order: str

    @property
    def planes(self) -> int:
        """How many pictures of one sample each the file holds, or 1 for one of all samples."""
        return self.samples if self.planar else 1

    def row_bytes(self, width: int) -> int:
        """Return the number of bytes of a row of pixels in one plane."""
        return -(-width * self.bits * (self.samples // self.planes) // 8)

    def problem(self) -> str | None:
        """Return what about this layout is not read, or None."""
        colours = _COLOURS.get(self.photometric)
        if colours is None:
            return (
                f"colours of kind {_OTHERS.get(self.photometric, self.photometric)}, not grey, RGB, CMYK or a palette"
            )
        if self.bits not in (1, 2, 4, 8, 16):
            return f"{self.bits} bits a sample"
        if not colours <= self.samples <= colours + 4:
            return f"{self.samples} samples a pixel"
        if self.predicted and self.bits < 8:
            return f"a predictor for {self.bits} bits"
        if self.photometric == PALETTE and (self.bits > 8 or len(self.colour_map) != 3 << self.bits):
            return "a palette of another size than its pixels need"
        return None


def rows_to_raster(rows: list[npt.NDArray[np.uint8]], layout: Layout, tile_width: int) -> Raster:
    """Return the picture whose planes hold these bytes, each uint8 [height, bytes a row].

    `tile_width` is in pixels: within it the predictor starts anew.
    """
    planes = [_samples(plane, layout, tile_width) for plane in rows]
    pixels = np.concatenate(planes, axis=2) if len(planes) > 1 else planes[0]
    most = (1 << layout.bits) - 1
    colours = _COLOURS[layout.photometric]
    image = pixels[:, :, 0] if colours == 1 else pixels[:, :, :colours]
    if layout.photometric == PALETTE:
        table = (np.asarray(layout.colour_map, np.uint16).reshape(3, -1)[::-1].T >> 8).astype(np.uint8)
        picture = cast("Samples", table[image])
    else:
        if layout.bits < 8:
            image = image * np.uint8(255 // most)
        if layout.photometric == WHITE_IS_ZERO:
            image = ~image
        picture = _blue_first(np.ascontiguousarray(image))
    alpha = None
    kind = layout.extra[0] if layout.extra else (None if layout.samples == colours else 2)
    if layout.samples > colours and kind not in (None, _UNSPECIFIED):
        alpha = np.ascontiguousarray(pixels[:, :, colours])
        if picture.dtype == np.uint8 and layout.bits < 8:
            alpha = alpha * np.uint8(255 // most)
        if picture.dtype != alpha.dtype:
            alpha = (alpha >> 8).astype(np.uint8)
    return Raster(picture, cast("Samples | None", alpha), premultiplied=alpha is not None and kind == _ASSOCIATED)


def _samples(plane: npt.NDArray[np.uint8], layout: Layout, tile_width: int) -> npt.NDArray[Any]:
    """A plane's samples, uint8 or uint16 [height, width, samples]; below 8 bits as they are."""
    number = layout.samples // layout.planes
    if layout.bits == 16:
        plane = plane.view(layout.order + "u2").astype(np.uint16)
    elif layout.bits < 8:
        shifts = np.arange(8 - layout.bits, -1, -layout.bits, dtype=np.uint8)
        plane = (plane[:, :, np.newaxis] >> shifts) & np.uint8((1 << layout.bits) - 1)
        plane = plane.reshape(len(plane), -1)[:, : layout.width * number]
    pixels = plane.reshape(layout.height, layout.width, number)
    if layout.predicted:
        pieces = [pixels[:, at : at + tile_width] for at in range(0, layout.width, tile_width)]
        pixels = np.concatenate([np.cumsum(piece, axis=1, dtype=piece.dtype) for piece in pieces], axis=1)
    return pixels


def _blue_first(image: npt.NDArray[Any]) -> Samples:
    if image.ndim == 2:
        return cast("Samples", image)
    if image.shape[2] == 3:
        return cast("Samples", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    if image.dtype == np.uint16:
        image = cv2.convertScaleAbs(image, alpha=255 / 65535)
    paper = cv2.bitwise_not(image)  # cyan, magenta, yellow, black as the light that they leave
    left = cv2.cvtColor(cv2.extractChannel(paper, 3), cv2.COLOR_GRAY2BGR)
    bright = cv2.merge([cv2.extractChannel(paper, channel) for channel in (2, 1, 0)])
    return cast("Samples", cv2.multiply(bright, left, scale=1 / 255))
