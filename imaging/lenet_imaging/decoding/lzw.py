"""LZW as GIF packs it, unpacked by whole arrays: no code is looked at by itself.

Each code but the first after a table's start adds an entry: the string of the code before, and one byte more. That
string is, byte for byte, what the output holds from that code's place on. So a code that names an entry copies
earlier output, and where each byte comes from is found for all bytes at once, by doubling.
"""

import functools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

_MOST_BITS = 12
_MAX_TABLES = 4_000  # starts of a new table: more are made to take time
_BATCH = 1 << 13  # codes that are unpacked at a time: what they need stays in the processor's cache
_FIRST_LOOK = 64  # codes that are read at a time, four times as many at each next look

Array = npt.NDArray[np.int64]


def unpack(data: bytes, bits: int, size: int) -> npt.NDArray[np.uint8]:
    """Return the first `size` bytes that GIF's LZW data holds, `bits` (2 to 8) being its minimum code size.

    Raises ValueError where the data is damaged, ends early, or starts too many tables.
    """
    if not 2 <= bits <= 8:
        raise ValueError("no LZW code size of GIF")
    parts, missing = [], size
    for codes, starts in _batches(data, bits, size):
        parts.append(_strings(codes, starts, 1 << bits, missing))
        missing -= len(parts[-1])
        if not missing:
            return np.concatenate(parts)
    raise ValueError("the LZW data ends early")


def _strings(codes: Array, starts: Array, clear: int, size: int) -> npt.NDArray[np.uint8]:
    """Return the first `size` bytes, or all, that codes stand for whose tables start at the given places."""
    number = np.arange(len(codes))
    entry = codes >= clear
    # The code whose string an entry begins with; the sentinel is a string of nothing.
    parents = np.where(entry, starts + codes - clear - 2, len(codes))
    if (entry & ((parents >= number) | (parents < starts))).any():
        raise ValueError("an LZW code without an entry")
    lengths, ancestors = np.ones(len(codes) + 1, np.int64), np.append(parents, len(codes))
    lengths[-1] = 0
    while (ancestors < len(codes)).any():
        lengths = lengths + lengths[ancestors]
        ancestors = ancestors[ancestors]
    ends = np.cumsum(lengths[:-1])
    used = min(int(np.searchsorted(ends, size)) + 1, len(codes))
    codes, parents, lengths, entry = codes[:used], parents[:used], lengths[:used], entry[:used]
    places = ends[:used] - lengths
    back = np.where(entry, places - places[np.minimum(parents, used - 1)], 0)
    sources = np.arange(ends[used - 1]) - np.repeat(back, lengths)
    for _ in range(int(lengths.max()).bit_length() - 1):
        sources = np.take(sources, sources)
    literals = np.repeat(codes.astype(np.uint8), lengths)
    return np.asarray(np.take(literals, np.take(sources, sources))[:size], np.uint8)


@functools.cache
def _places(bits: int) -> tuple[Array, Array]:
    """Return how many bits each code after a table's start has, and where it begins."""
    filled = np.minimum((1 << bits) + 2 + np.maximum(np.arange(1 << _MOST_BITS) - 1, 0), (1 << _MOST_BITS) - 1)
    widths = np.floor(np.log2(filled)).astype(np.int64) + 1
    return widths, np.cumsum(widths) - widths


def _batches(data: bytes, bits: int, most: int) -> Iterator[tuple[Array, Array]]:
    """Yield codes without the clear codes, about `most` in all, and for each where in the batch its table starts."""
    end, position, left = 8 * len(data), 0, most
    padded = np.frombuffer(data + bytes(4), np.uint8).astype(np.uint32)
    windows = (padded[:-2] | padded[1:-1] << 8 | padded[2:] << 16).astype(np.uint32, copy=False)
    found: list[Array] = []
    counts: list[int] = []
    for _ in range(_MAX_TABLES):
        codes, position = _table(windows, position, bits, end, left)
        found.append(codes)
        counts.append(len(codes))
        left -= len(codes)
        last = position < 0 or left <= 0
        if last or sum(counts) >= _BATCH or len(counts) >= _BATCH:
            starts = np.repeat(np.cumsum(counts) - np.array(counts, np.int64), counts).astype(np.int64)
            if len(starts):
                yield np.concatenate(found), starts
            found, counts = [], []
        if last:
            return
    raise ValueError("too many LZW tables")


def _table(windows: npt.NDArray[np.uint32], position: int, bits: int, end: int, most: int) -> tuple[Array, int]:
    """Return the codes up to the next clear code, and the position after that, in bits; -1 where nothing follows."""
    widths, offsets = _places(bits)
    found, read, look = [], 0, _FIRST_LOOK
    while True:
        indices = np.arange(read, read + look)
        within = np.minimum(indices, len(widths) - 1)
        places, sizes = position + offsets[within] + _MOST_BITS * (indices - within), widths[within]
        inside = int(np.searchsorted(places + sizes, end, "right"))
        places, sizes = places[:inside], sizes[:inside]
        codes = (windows[places >> 3] >> (places & 7).astype(np.uint32)).astype(np.int64) & ((1 << sizes) - 1)
        stops = np.flatnonzero((codes >> 1) == 1 << (bits - 1))  # clear, or the end
        stop = int(stops[0]) if len(stops) else inside
        found.append(codes[:stop])
        read += look
        if len(stops):
            after = int(places[stop] + sizes[stop]) if codes[stop] == 1 << bits else -1
            return np.concatenate(found), after
        if inside < look or read >= most:
            return np.concatenate(found), -1
        look = min(4 * look, 1 << 14)
