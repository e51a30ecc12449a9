"""Whatever the bytes are, decoding gives a picture or an ImageError, and nothing else."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lenet_imaging import ImageError, Limits, decode
from tests.support.imaging.files import FILES

# A flipped bit in a size must not make the tests slow.
LIMITS = Limits(max_pixels=1_000_000)
SIGNATURES = [b"", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", b"II*\0", b"BM", b"GIF89a"]


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


def test_a_chunk_is_believed_only_as_far_as_the_file_goes() -> None:
    """Four wrong bytes made the decoder take four gigabytes."""
    data = next(file for file in FILES.values() if file.startswith(b"\x89PNG"))
    start = data.index(b"IDAT") - 4
    with pytest.raises(ImageError, match="a chunk is longer than the file"):
        decode(data[:start] + b"\xff\xff\xff\xff" + data[start + 4 :])
