"""WebP: EXIF with and without the old prefix, animations, and pictures that are smaller than their header says."""

import struct

import numpy as np
import pytest
from PIL import Image

from lenet_imaging import ImageError, Limits, decode
from tests.support.imaging.files import encoded, gradient, opened, pixels

ORIENTATION = 0x0112


def chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
@pytest.mark.parametrize("held", range(1, 9))
def test_exif_is_heeded_with_and_without_the_old_prefix(prefix: bytes, held: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = held
    picture = gradient("RGB")
    upright = decode(encoded(picture, "WEBP", lossless=True, exif=exif))
    block = exif.tobytes().removeprefix(b"Exif\0\0")
    still = encoded(picture, "WEBP", lossless=True)[12:]
    head = struct.pack("<I", 8) + (39).to_bytes(3, "little") + (29).to_bytes(3, "little")
    body = b"WEBP" + chunk(b"VP8X", head) + still + chunk(b"EXIF", prefix + block)
    assert (decode(b"RIFF" + struct.pack("<I", len(body)) + body) == upright).all()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [False, True])
def test_of_an_animation_the_first_frame_counts(mode: str, lossless: bool) -> None:
    frames = [gradient(mode), gradient(mode).rotate(180)]
    data = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=lossless)
    first = opened(data).convert("RGBA")
    over_white = Image.alpha_composite(Image.new("RGBA", first.size, "white"), first).convert("RGB")
    assert np.abs(decode(data) - pixels(over_white)).max() <= 1


@pytest.mark.parametrize(("alpha", "around"), [(0x10, 255), (0, 0)])
def test_a_frame_lies_at_its_place_on_the_canvas(alpha: int, around: int) -> None:
    still = encoded(Image.new("RGB", (40, 30), (10, 200, 30)), "WEBP", lossless=True)[12:]
    numbers = (3, 2, 39, 29, 100)  # half the left and upper edge, width and height less one, milliseconds
    frame = b"".join(number.to_bytes(3, "little") for number in numbers) + b"\0" + still
    head = struct.pack("<I", 2 | alpha) + (59).to_bytes(3, "little") + (49).to_bytes(3, "little")
    body = b"WEBP" + chunk(b"VP8X", head) + chunk(b"ANIM", bytes(6)) + chunk(b"ANMF", frame)
    image = decode(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert image.shape == (50, 60, 3)
    assert (image[4:34, 6:46] == (10, 200, 30)).all()
    assert (image[:4] == around).all()
    assert (image[:, 46:] == around).all()


def test_a_canvas_that_its_picture_does_not_fill_is_refused() -> None:
    still = encoded(gradient("RGB"), "WEBP", lossless=True)[12:]
    head = struct.pack("<I", 0) + (7_999).to_bytes(3, "little") * 2
    body = b"WEBP" + chunk(b"VP8X", head) + still
    with pytest.raises(ImageError, match="header of the WebP picture"):
        decode(b"RIFF" + struct.pack("<I", len(body)) + body)


def test_a_few_bytes_that_promise_much_are_refused_by_their_cost() -> None:
    """34 bytes of one colour, 8000×8000: it took 3 seconds and 795 MB."""
    bits = struct.pack("<I", 7_999 | 7_999 << 14)
    body = b"WEBP" + chunk(b"VP8L", b"\x2f" + bits + bytes(9))
    data = b"RIFF" + struct.pack("<I", len(body)) + body
    assert len(data) == 34
    with pytest.raises(ImageError, match=r"takes as long to decode as 160,000,000 pixels .* \(setting max_cost\)"):
        decode(data)
    with pytest.raises(ImageError, match=r"\(setting max_pixels\)"):
        decode(data, Limits(max_pixels=63_999_999))


def test_the_smallest_picture_is_read() -> None:
    assert decode(encoded(Image.new("RGB", (1, 1), (1, 2, 3)), "WEBP", lossless=True)).tolist() == [[[1, 2, 3]]]
