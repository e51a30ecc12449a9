"""The frame size in AV1 data: its sequence headers, as the AV1 specification's section 5.5 has them."""

_SEQUENCE_HEADER = 1
_MAX_UNITS = 1000


def largest_frame(data: bytes) -> int:
    """Return the most pixels that a frame of this data may have.

    Raises ValueError where the data has no sequence header, or one with the timing of a film.
    """
    largest, position = 0, 0
    for _ in range(_MAX_UNITS):
        if position >= len(data):
            break
        head = data[position]
        position += 2 if head & 4 else 1
        size = len(data) - position
        if head & 2:
            size, position = _variable_length(data, position)
        if head >> 3 & 15 == _SEQUENCE_HEADER:
            largest = max(largest, _pixels(data[position : position + size]))
        position += size
    if not largest:
        raise ValueError("AV1 data without a sequence header")
    return largest


def _variable_length(data: bytes, position: int) -> tuple[int, int]:
    """Return the number that is written in groups of 7 bits (leb128), and the position after it."""
    value = 0
    for group in range(8):
        byte = data[position + group]
        value |= (byte & 0x7F) << (7 * group)
        if byte < 0x80:
            return value, position + group + 1
    raise ValueError("an AV1 length without an end")


def _pixels(header: bytes) -> int:
    bits = int.from_bytes(header, "big")
    left = 8 * len(header)

    def take(number: int) -> int:
        nonlocal left
        left -= number
        if left < 0:
            raise ValueError("the AV1 sequence header is cut off")
        return bits >> left & ((1 << number) - 1)

    take(4)  # profile, whether it is a still picture
    if take(1):  # the short header of a still picture
        take(5)
    else:
        if take(1):
            raise ValueError("an AV1 sequence header with timing")
        delays = take(1)
        for _ in range(take(5) + 1):
            take(12)
            if take(5) > 7:
                take(1)
            if delays and take(1):
                take(4)
    width_bits, height_bits = take(4) + 1, take(4) + 1
    return (take(width_bits) + 1) * (take(height_bits) + 1)
