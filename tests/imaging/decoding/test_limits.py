"""Too large a picture is refused from its size and its header alone."""

import struct
import time
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


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 7_000_000,
        b"\xff\xd8\xff\xe0\x00\x02" + b"\xff\xd0" * 14_000_000,
        b"\xff\xd8" + b"\xff" * 28_000_000,
        b"GIF89a" + struct.pack("<HHBBB", 9, 9, 0, 0, 0) + b"\x21\xfe\x01a\x00" * 6_000_000,
        b"GIF89a" + struct.pack("<HHBBB", 9, 9, 0, 0, 0) + b"\x21\xfe" + b"\x01a" * 14_000_000,
        b"RIFF\0\0\0\0WEBPVP8X" + struct.pack("<I", 10) + bytes(10) + b"ABCD\0\0\0\0" * 3_500_000,
        png_header(9, 9) + b"\0\0\0\0prVt\0\0\0\0" * 2_000_000,
        b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 258, 1, 28_000_000, 26) + bytes(28_000_032),
        b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0\0\0\x08free" * 3_500_000,
    ],
    ids=[
        "segments",
        "restarts",
        "fill",
        "comments",
        "blocks",
        "WebP chunks",
        "PNG chunks",
        "TIFF values",
        "AVIF boxes",
    ],
)
def test_a_file_of_nothing_but_structure_is_refused_soon(data: bytes) -> None:
    started = time.thread_time()
    with pytest.raises(ImageError):
        decode(data)
    assert time.thread_time() - started < 1
