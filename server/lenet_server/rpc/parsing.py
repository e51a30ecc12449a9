"""Bytes become a protobuf message, unless they are none, or far more fields than a request can need.

A message is made of fields, and an empty one is two bytes on the wire but forty times as much in memory: 64 MB of them
would take gigabytes, and minutes to go through. So the fields of a large message are counted before it is parsed.
"""

from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from lenet_server.errors import InvalidRequest

M = TypeVar("M", bound=Message)

# What is this small may be parsed, whatever it is.
SMALL_BYTES = 64 * 2**10
# Of a request, beside its images.
OTHER_FIELDS = 100
# How the wire tells what a field is: the last three bits of its tag.
VARINT, LENGTH_DELIMITED = 0, 2
FIXED_BYTES = {1: 8, 5: 4}
MAX_VARINT_BYTES = 10


def parse(kind: type[M], payload: bytes, most_images: int) -> M:
    """The message of a request for at most so many images. Raises InvalidRequest."""
    if len(payload) > SMALL_BYTES and has_more_fields(payload, most_images + OTHER_FIELDS):
        raise InvalidRequest(f"the message has more fields than a request for {most_images} images: send fewer in one")
    try:
        return kind.FromString(payload)
    except DecodeError as error:
        raise InvalidRequest(f"the message is no {kind.DESCRIPTOR.full_name}") from error


def has_more_fields(payload: bytes, most: int) -> bool:
    """Whether a serialised message has more than so many fields, those inside of its fields not counted.

    What is no message has as many as can be read.
    """
    position, count = 0, 0
    while position < len(payload) and count <= most:
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
    return count > most


def _varint(payload: bytes, position: int) -> tuple[int, int]:
    """The number that begins here, seven bits a byte, the lowest first; and where it ends."""
    number = 0
    for index, byte in enumerate(payload[position : position + MAX_VARINT_BYTES]):
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return number, position + index + 1
    return 0, len(payload)  # it has no end
