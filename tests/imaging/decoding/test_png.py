"""PNG: what the pixels do not need never reaches the decoder."""

import resource
import struct
import time
import zlib

import numpy as np
import pytest

from lenet_imaging import decode
from tests.support.imaging.files import encoded, gradient

BOMB = zlib.compress(bytes(64_000_000), 9)  # 62 kB


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_chunks(data: bytes, *chunks: bytes, before: bytes = b"IDAT") -> bytes:
    at = data.index(before) - 4
    return data[:at] + b"".join(chunks) + data[at:]


@pytest.mark.parametrize("before", [b"IDAT", b"IEND"])
@pytest.mark.parametrize(
    "bomb",
    [
        chunk(b"zTXt", b"Comment\0\0" + BOMB),
        chunk(b"iTXt", b"Comment\0\1\0\0\0" + BOMB),
        chunk(b"iCCP", b"profile\0\0" + BOMB),
        chunk(b"sPLT", b"palette\0\x08" + bytes(6_000_000)),
        chunk(b"prVt", bytes(6_000_000)),
        chunk(b"eXIf", bytes(6_000_000)),
    ],
    ids=["zTXt", "iTXt", "iCCP", "sPLT", "unknown", "eXIf"],
)
def test_text_and_profiles_are_not_unpacked(bomb: bytes, before: bytes) -> None:
    """50 texts of 62 kB each would unpack to 3 GB."""
    plain = encoded(gradient("RGB"), "PNG")
    data = with_chunks(plain, *([bomb] * 50 if len(bomb) < 100_000 else [bomb]), before=before)
    started, memory = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (decode(data) == decode(plain)).all()
    assert time.process_time() - started < 0.2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 40_000  # kB


@pytest.mark.parametrize(("mode", "key"), [("L", 100), ("1", 0), ("1", 1), ("I;16", 2570), ("RGB", (200, 30, 60))])
def test_one_transparent_level_is_over_white(mode: str, key: int | tuple[int, int, int]) -> None:
    picture = gradient(mode)
    if mode in ("L", "I;16"):
        picture.paste(key, (0, 0, 20, 10))
    data = encoded(picture, "PNG", transparency=key)
    image, opaque = decode(data), decode(encoded(picture, "PNG"))
    transparent = np.asarray(picture) == (key if mode != "1" else bool(key))
    transparent = transparent.all(axis=2) if transparent.ndim == 3 else transparent
    assert transparent.any()
    assert (image[transparent] == 255).all()
    assert (image[~transparent] == opaque[~transparent]).all()


@pytest.mark.parametrize(
    ("bits", "right"), [(2, [0, 255, 170, 255, 0, 255, 170, 255]), (4, [255, 187, 255, 187, 255, 187, 255, 187])]
)
def test_one_transparent_level_of_few_bits(bits: int, right: list[int]) -> None:
    row = b"\0" + bytes([0b00011011]) * bits  # levels 0, 1, 2, 3 of 2 bits, or 1, 11 of 4 bits, of which 1 is nothing
    head = struct.pack(">IIBBBBB", 8, 1, bits, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"tRNS", struct.pack(">H", 1)), chunk(b"IDAT", zlib.compress(row))]
    assert decode(b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")).tolist() == [right]


def test_an_animated_png_is_its_first_picture() -> None:
    frames = [gradient("RGB"), gradient("RGB").rotate(180)]
    data = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert b"acTL" in data
    assert (decode(data) == np.asarray(frames[0])).all()


def test_endless_empty_chunks_are_refused_soon() -> None:
    data = with_chunks(encoded(gradient("RGB"), "PNG"), chunk(b"prVt", b"") * 200_000)
    with pytest.raises(ValueError, match="truncated or damaged"):
        decode(data)
