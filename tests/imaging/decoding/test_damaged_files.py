"""Whatever the bytes are, decoding gives a picture or an ImageError, and nothing else."""

import random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from lenet_imaging import ImageError, Limits, decode, encode_png
from tests.support.imaging.files import FILES, encoded
from tests.support.imaging.mutants import mutant

# A flipped bit in a size must not make the tests slow.
LIMITS = Limits(max_pixels=1_000_000)
SIGNATURES = [
    b"",
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",
    b"\xff\xd8\xff",
    b"RIFF\0\0\0\0WEBP",
    b"II*\0",
    b"MM\0+",
    b"BM",
    b"GIF89a",
]


def check(data: bytes) -> None:
    """Decode; nothing but an array or an ImageError may come."""
    try:
        image = decode(data, LIMITS)
    except ImageError as error:
        assert str(error)  # noqa: PT017 (either outcome is right)
    else:
        assert image.size > 0


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_file_that_ends_early_is_refused(name: str, part: float) -> None:
    data = FILES[name]
    with pytest.raises(ImageError, match="truncated"):
        decode(data[: int(len(data) * part)])


@pytest.mark.parametrize("name", FILES)
def test_a_file_may_end_anywhere(name: str) -> None:
    for length in range(len(FILES[name])):
        check(FILES[name][:length])


@settings(deadline=None, max_examples=300)
@given(data=st.data(), name=st.sampled_from(sorted(FILES)))
def test_bytes_may_be_changed_and_cut(data: st.DataObject, name: str) -> None:
    file = bytearray(FILES[name])
    changes = st.tuples(st.integers(0, len(file) - 1), st.integers(0, 255))
    for position, byte in data.draw(st.lists(changes, min_size=1, max_size=8)):
        file[position] = byte
    check(bytes(file[: data.draw(st.integers(1, len(file)))]))


@settings(deadline=None, max_examples=300)
@given(signature=st.sampled_from(SIGNATURES), rest=st.binary(max_size=300))
@example(signature=b"\xff\xd8\xff", rest=b"\xc0\x00\x02")
def test_bytes_may_be_anything(signature: bytes, rest: bytes) -> None:
    check(signature + rest)


@pytest.mark.parametrize("name", FILES)
def test_a_spoilt_file_shows_nothing_of_the_picture_before(name: str) -> None:
    """OpenCV 4.10 and 4.11 left in a broken JPEG what earlier pictures had in the same memory."""
    chance = random.Random(3)  # noqa: S311
    secrets = [np.full((30, 40, 3), level, np.uint8) for level in (170, 90)]
    files = [encode_png(secret.transpose(2, 0, 1)) for secret in secrets]
    files += [encoded(Image.fromarray(secret), "JPEG") for secret in secrets]
    read = 0
    for _ in range(200):
        spoilt, found = mutant(chance, FILES[name]), []
        for secret in files:
            for _ in range(3):
                decode(secret)
            try:
                found.append(decode(spoilt, LIMITS).tobytes())
            except ImageError:
                found.append(b"")
        assert len(set(found)) == 1
        read += bool(found[0])
    assert read > 5


def test_a_jpeg_that_stops_in_the_middle_shows_nothing_of_the_picture_before() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    whole = encoded(Image.fromarray(picture), "JPEG")
    spoilt = whole[: len(whole) // 2] + b"\xff\xd9"
    found = set()
    for level in (40, 128, 222):
        secret = encoded(Image.new("RGB", (300, 200), (level, level, level)), "JPEG")
        for _ in range(5):
            decode(secret)
        found.add(decode(spoilt).tobytes())
    assert len(found) == 1


def test_a_chunk_is_believed_only_as_far_as_the_file_goes() -> None:
    """Four wrong bytes made the decoder take four gigabytes."""
    data = next(file for file in FILES.values() if file.startswith(b"\x89PNG"))
    start = data.index(b"IDAT") - 4
    with pytest.raises(ImageError, match="a chunk is longer than the file"):
        decode(data[:start] + b"\xff\xff\xff\xff" + data[start + 4 :])
