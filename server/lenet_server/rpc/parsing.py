"""Parses protobuf messages, after counting the fields of large ones.

An empty field takes two bytes on the wire and about forty times as much once parsed: 64 MB of them would take
gigabytes, and half a minute. So a large message with more fields than a request can need is refused unparsed.
"""

from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from lenet_server.errors import InvalidRequest

M = TypeVar("M", bound=Message)

# Messages up to this size are parsed uncounted: at forty times their size they take 2.6 MB at most.
SMALL_BYTES = 64 * 2**10
# The fields that a request may have beside its images: ids, names and parameters, of which real ones have a dozen.
OTHER_FIELDS = 100
# Wire types: the last three bits of a field's tag.
VARINT, LENGTH_DELIMITED = 0, 2
FIXED_BYTES = {1: 8, 5: 4}
MAX_VARINT_BYTES = 10


def parse(kind: type[M], payload: bytes, max_images: int) -> M:
    """Parse a request for at most `max_images` images. Raises InvalidRequest."""
    if len(payload) > SMALL_BYTES and has_more_fields(payload, max_images + OTHER_FIELDS):
        raise InvalidRequest(f"the message has more fields than a request for {max_images} images: send fewer in one")
    try:
        return kind.FromString(payload)
    except DecodeError as error:
        raise InvalidRequest(f"the message is no {kind.DESCRIPTOR.full_name}") from error


def has_more_fields(payload: bytes, limit: int) -> bool:
    """Whether a serialised message has more than `limit` fields at its top level.

    Of bytes that are not a message, those fields count that can be read.
    """
    position, count = 0, 0
    while position < len(payload) and count <= limit:
        count += 1
        tag, position = _varint(payload, position)
        kind = tag & 7
        if kind == VARINT:
            _, position = _varint(payload, position)
        elif kind == LENGTH_DELIMITED:
            length, position = _varint(payload, position)
            position += length
        else:
            position += FIXED_BYTES.get(kind, 0)
    return count > limit


def _varint(payload: bytes, position: int) -> tuple[int, int]:
    """The varint at `position` (seven bits a byte, lowest first), and the position behind it."""
    number = 0
    for index, byte in enumerate(payload[position : position + MAX_VARINT_BYTES]):
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return number, position + index + 1
    return 0, len(payload)  # unterminated
