"""From the bytes of a picture file to its pixels: upright, opaque, 8 bits, grey or RGB."""

import cv2
import numpy as np

from lenet_imaging.arrays import Pixels
from lenet_imaging.decoding.colour import to_eight_bits, to_rgb
from lenet_imaging.decoding.header import read_header
from lenet_imaging.decoding.limits import DEFAULT_LIMITS, Limits
from lenet_imaging.decoding.orientation import orientation, turn_upright
from lenet_imaging.decoding.png import check_chunks
from lenet_imaging.errors import ImageError

# OpenCV writes a line to stderr for every damaged picture, past the program's own log. It has one level for the whole
# process and no other switch. Nothing is lost: what it would say arrives as cv2.error or as no picture.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Pixels:
    """Return the picture in a file as uint8: [H, W] where the file holds one channel, else RGB [H, W, 3].

    EXIF orientation is applied, transparency laid over white, 16 bits reduced to 8; of several frames or pages the
    first counts. Raises ImageError for anything that is no whole picture within the limits, and before memory for
    the pixels is taken where the header tells.
    """
    limits.check_bytes(len(data))
    header = read_header(data)
    limits.check_pixels(header.width, header.height)
    if header.format == "PNG":
        check_chunks(data)
    try:
        image, kinds, blocks = cv2.imdecodeWithMetadata(np.frombuffer(data, np.uint8), flags=cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise ImageError(f"the {header.format} picture cannot be decoded") from error
    if image is None:
        raise ImageError(f"the {header.format} picture is truncated, damaged or of a rare kind that is not read")
    # libtiff turns upright by itself, and multiplies colours of 8 bits by their alpha.
    is_tiff = header.format == "TIFF"
    premultiplied = is_tiff and image.dtype == np.uint8
    pixels = to_eight_bits(image)
    if pixels.ndim == 3:
        pixels = to_rgb(pixels, premultiplied=premultiplied)
    if not is_tiff:
        for kind, block in zip(kinds, blocks, strict=True):
            if kind == cv2.IMAGE_METADATA_EXIF:
                pixels = turn_upright(pixels, orientation(block.tobytes()))
    return pixels
