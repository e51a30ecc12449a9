"""The IDX parser reads files of the format, and names the fault of all others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_trainer.datasets.idx import parse, serialise
from lenet_trainer.errors import DatasetError


def test_a_file_byte_by_byte() -> None:
    content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])
    assert parse(content, "file").tolist() == [[1, 2, 3], [4, 5, 6]]
    assert serialise(np.array([[1, 2, 3], [4, 5, 6]], np.uint8)) == content


@given(st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_round_trip(shape: list[int]) -> None:
    array = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    assert np.array_equal(parse(serialise(array), "file"), array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "does not begin with two zero bytes"),
        (b"\0\0\x08", "does not begin"),
        (b"\x89PNG\r\n", "does not begin"),
        (b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", "type 0x0d"),
        (b"\0\0\x08\0", "header of 0 dimensions"),
        (b"\0\0\x08\x03\0\0\0\x01", "ends within its header of 3"),
        (b"\0\0\x08\x01\0\0\0\x03ab", "has 10 bytes, but its header .* promises 11"),
        (b"\0\0\x08\x01\0\0\0\x03abcd", "has 12 bytes"),
        (b"\0\0\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff", "promises 18,446,744,065,119,617,037"),
    ],
)
def test_wrong_files_are_named(content: bytes, message: str) -> None:
    with pytest.raises(DatasetError, match=f"labels.gz .*{message}"):
        parse(content, "labels.gz")


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        array = parse(content, "file")
    except DatasetError:
        return
    assert serialise(array) == content
