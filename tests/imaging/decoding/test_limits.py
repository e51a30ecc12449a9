"""Too large a picture is refused from its size and its header alone."""

import struct
import zlib

import pytest

from lenet_imaging import ImageError, Limits, decode
from tests.support.imaging.files import FILES


def png_header(width: int, height: int) -> bytes:
    """The first 33 bytes of a PNG file, which hold nothing but its size."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


def test_a_huge_picture_is_refused_from_its_header() -> None:
    header = png_header(50_000, 50_000)
    assert len(header) == 33
    with pytest.raises(
        ImageError, match=r"50000×50000 pixels, more than the limit of 64,000,000 \(setting max_pixels\)"
    ):
        decode(header)


def test_a_picture_of_exactly_the_limit_is_read() -> None:
    assert decode(FILES["PNG"], Limits(max_pixels=40 * 30)).shape == (30, 40, 3)
    with pytest.raises(ImageError, match="limit of 1,199"):
        decode(FILES["PNG"], Limits(max_pixels=40 * 30 - 1))


def test_a_file_of_exactly_the_limit_is_read() -> None:
    size = len(FILES["PNG"])
    assert decode(FILES["PNG"], Limits(max_bytes=size)).shape == (30, 40, 3)
    with pytest.raises(ImageError, match=r"bytes, more than the limit of .* \(setting max_bytes\)"):
        decode(FILES["PNG"], Limits(max_bytes=size - 1))


def test_no_bytes_are_no_picture() -> None:
    with pytest.raises(ImageError, match=r"the picture is empty \(0 bytes\)"):
        decode(b"")


@pytest.mark.parametrize("field", ["max_bytes", "max_pixels", "max_cost"])
def test_a_limit_is_positive(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field} must be at least 1, not 0"):
        Limits(**{field: 0})
