"""The size of a picture is read from its header, and a header made to deceive is refused."""

import struct

import pytest

from lenet_imaging import ImageError, decode
from lenet_imaging.decoding.header import read_header
from tests.support.imaging.files import FILES, encoded, gradient, opened, pixels


@pytest.mark.parametrize("name", FILES)
def test_reads_format_and_size(name: str) -> None:
    assert read_header(FILES[name])[:3] == (name.partition(",")[0], 40, 30)


@pytest.mark.parametrize("data", [b"hello", b"\x00" * 100, b"\x89PNG", b"II", b"RIFF1234WAVE"])
def test_other_files_are_no_pictures(data: bytes) -> None:
    with pytest.raises(ImageError, match=r"not a picture in a known format \(PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF\)"):
        read_header(data)


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_within_its_first_bytes_is_refused(name: str) -> None:
    for length in range(1, 10):
        with pytest.raises(ImageError):
            read_header(FILES[name][:length])


def test_a_wide_gif_and_an_old_bitmap_are_measured_rightly() -> None:
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0)
    assert read_header(b"GIF89a" + struct.pack("<HHBBB", 60_000, 7, 0, 0, 0) + frame)[1:3] == (60_000, 7)
    assert read_header(b"BM" + bytes(12) + struct.pack("<IHHHH", 12, 300, 200, 1, 24))[1:3] == (300, 200)


def test_a_bitmap_from_top_to_bottom_has_its_height() -> None:
    data = bytearray(FILES["BMP"])
    data[22:26] = struct.pack("<i", -30)
    assert read_header(bytes(data))[:3] == ("BMP", 40, 30)


def test_a_picture_without_area_is_refused() -> None:
    with pytest.raises(ImageError, match=r"the GIF picture has no area \(0×7 pixels\)"):
        read_header(b"GIF89a" + struct.pack("<HHBBB", 0, 7, 0, 0, 0))


def test_a_frame_header_hidden_between_jpeg_segments_is_not_believed() -> None:
    """A reader that took FF 00 for a segment would see the small frame in the comment, libjpeg the large one."""
    data = FILES["JPEG"]
    start = data.index(b"\xff\xc0")
    end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
    small = data[start:end]
    large = small[:5] + struct.pack(">HH", 30_000, 30_000) + small[9:]
    hidden = b"\xff\x00" + struct.pack(">H", 2 + len(large) + 4) + large
    comment = b"\xff\xfe" + struct.pack(">H", 2 + len(small)) + small
    with pytest.raises(ImageError, match="30000×30000 pixels, more than the limit"):
        decode(data[:start] + hidden + comment + data[end:])


@pytest.mark.parametrize("stray", [b"\x00", b"\x01\x02\x03\x04", b"\xff\x00\xff\x00", bytes(100)])
def test_stray_bytes_between_jpeg_segments_are_passed_over(stray: bytes) -> None:
    data = FILES["JPEG"]
    for marker in (b"\xff\xdb", b"\xff\xc0", b"\xff\xc4", b"\xff\xda"):
        at = data.index(marker)
        spoilt = data[:at] + stray + data[at:]
        assert (decode(spoilt) == decode(data)).all()
        assert (decode(spoilt) == pixels(opened(spoilt))).all()


def test_fill_bytes_before_a_jpeg_marker_are_allowed() -> None:
    data = FILES["JPEG"]
    assert read_header(data[:2] + b"\xff\xff\xff" + data[2:])[:3] == ("JPEG", 40, 30)


def test_endless_jpeg_segments_are_refused_soon() -> None:
    with pytest.raises(ImageError, match="header of the JPEG picture"):
        read_header(b"\xff\xd8" + b"\xff\xe0\x00\x02" * 1_000_000)


def test_a_tiff_tag_that_comes_twice_is_refused() -> None:
    data = encoded(gradient("L"), "TIFF")
    start = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[start : start + 2], "little")
    entries = data[start + 2 : start + 2 + 12 * count]
    doubled = struct.pack("<H", count + 1) + struct.pack("<HHII", 256, 9, 1, 30_000) + entries + bytes(4)
    with pytest.raises(ImageError, match="header of the TIFF picture"):
        decode(data[:4] + struct.pack("<I", len(data)) + data[8:] + doubled)


def test_a_tiff_of_one_small_corner_of_a_huge_tile_is_refused() -> None:
    tags = [(256, 16), (257, 16), (262, 1), (322, 16_384), (323, 8192)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    data = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)
    with pytest.raises(ImageError, match="header of the TIFF picture"):
        read_header(data)
