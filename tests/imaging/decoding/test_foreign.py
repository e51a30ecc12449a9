"""What is not read is named, with the way out."""

import pytest

from lenet_imaging import ImageError, decode

FILES = {
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic": "a HEIC file is not read.*on an iPhone choose .* Most Compatible",
    b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic": "a HEIC file",
    b"\0\0\0\x18ftypisom\0\0\0\0isommp42": "a MP4 or QuickTime video file is not read.*one of its frames",
    b"\xff\x0a\x7f\x01": "a JPEG XL file is not read",
    b"\0\0\0\x0cjP  \r\n\x87\n": "a JPEG 2000 file is not read",
    b"%PDF-1.7\n": "a PDF file is not read.*export its page as PNG",
    b"<?xml version='1.0'?>\n<svg width='1'>": "a SVG file is not read",
    b"<!DOCTYPE html><html>": "a HTML file is not read.*fetch the picture itself",
    b"8BPS\0\x01": "a Photoshop file is not read",
    b"\0\0\x01\0\x01\0": "a Windows icon file is not read",
    b"P5 1 1 255 x": "a PNM file is not read",
    b"PK\x03\x04\x14\0": "a ZIP archive file is not read.*unpack it",
    b"version https://git-lfs.github.com/spec/v1\n": "a Git LFS pointer file is not read.*git lfs pull",
}


@pytest.mark.parametrize("start", FILES)
def test_a_foreign_format_is_named_with_the_remedy(start: bytes) -> None:
    with pytest.raises(ImageError, match=FILES[start]):
        decode(start + bytes(100))
