"""LZW as GIF packs it, unpacked by whole arrays: no code is looked at by itself.

Each code but the first after a table's start adds an entry: the string of the code before, and one byte more. That
string is, byte for byte, what the output holds from that code's place on. So a code that names an entry copies
earlier output, and where each byte comes from is found for all bytes at once, by doubling.
"""

import functools

import numpy as np
import numpy.typing as npt

_MOST_BITS = 12
_MAX_TABLES = 20_000  # starts of a new table: more are made to take time
_FIRST_LOOK = 64  # codes that are read at a time, four times as many at each next look

Array = npt.NDArray[np.int64]


def unpack(data: bytes, bits: int, size: int) -> npt.NDArray[np.uint8]:
    """Return the first `size` bytes that GIF's LZW data holds, `bits` (2 to 8) being its minimum code size.

    Raises ValueError where the data is damaged, ends early, or starts too many tables.
    """
    if not 2 <= bits <= 8:
        raise ValueError("no LZW code size of GIF")
    codes, starts = _codes(data, bits, size)
    number = np.arange(len(codes))
    entry = codes >= 1 << bits
    # The code whose string an entry begins with; the sentinel is a string of nothing.
    parents = np.where(entry, starts + codes - (1 << bits) - 2, len(codes))
    if (entry & ((parents >= number) | (parents < starts))).any():
        raise ValueError("an LZW code without an entry")
    lengths, ancestors = np.ones(len(codes) + 1, np.int64), np.append(parents, len(codes))
    lengths[-1] = 0
    while (ancestors < len(codes)).any():
        lengths = lengths + lengths[ancestors]
        ancestors = ancestors[ancestors]
    ends = np.cumsum(lengths[:-1])
    used = int(np.searchsorted(ends, size)) + 1
    if used > len(codes):
        raise ValueError("the LZW data ends early")
    codes, parents, lengths, places = codes[:used], parents[:used], lengths[:used], (ends - lengths[:-1])[:used]
    back = places - np.append(places, 0)[np.minimum(parents, used)]
    back[~entry[:used]] = 0
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


def _codes(data: bytes, bits: int, most: int) -> tuple[Array, Array]:
    """Return the codes, at most about `most`, without the clear codes, and for each where its table starts."""
    widths, offsets = _places(bits)
    padded = np.frombuffer(data + bytes(4), np.uint8).astype(np.uint32)
    windows = padded[:-2] | padded[1:-1] << 8 | padded[2:] << 16
    clear, found, number, end = 1 << bits, [], 0, 8 * len(data)
    runs: list[tuple[int, int]] = []  # where a table starts, and how many codes use it
    position = 0
    for _ in range(_MAX_TABLES):
        start, read, look = number, 0, _FIRST_LOOK
        while True:
            indices = np.arange(read, read + look)
            within = np.minimum(indices, len(widths) - 1)
            places = position + offsets[within] + _MOST_BITS * (indices - within)
            sizes = widths[within]
            places = places[: int(np.searchsorted(places + sizes, end, "right"))]
            sizes = sizes[: len(places)]
            codes = (windows[places >> 3] >> (places & 7).astype(np.uint32)) & ((1 << sizes) - 1).astype(np.uint32)
            stops = np.flatnonzero((codes == clear) | (codes == clear + 1))
            stop = int(stops[0]) if len(stops) else len(codes)
            found.append(codes[:stop])
            number += stop
            read += look
            if len(stops) or len(codes) < look or number >= most:
                break
            look = min(4 * look, 1 << 20)
        runs.append((start, number - start))
        if not len(stops) or codes[stop] != clear or number >= most:
            break
        position = int(places[stop] + sizes[stop])
    else:
        raise ValueError("too many LZW tables")
    starts = np.repeat([start for start, _ in runs], [count for _, count in runs])
    return np.concatenate(found).astype(np.int64), starts.astype(np.int64)
