"""The parts of HTTP/2 (RFC 9113) and HPACK (RFC 7541) that a repeated gRPC call needs."""

import struct
from collections.abc import Mapping

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4
LARGEST_PAYLOAD = 16_384  # bytes: the SETTINGS_MAX_FRAME_SIZE that every peer accepts
FIRST_WINDOW = 65_535  # bytes: the initial flow-control window
LARGEST_WINDOW = 2**31 - 1  # bytes
HEADER_BYTES = 9
HEADER = struct.Struct(">HBBBI")  # length (16 + 8 bits), type, flags, stream
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
INITIAL_WINDOW_SIZE = 4  # identifier of a setting

_STATUS_NAMES = (b"grpc-status", bytes.fromhex("9acac8b21234da8f"))  # as text, and Huffman-coded
_HUFFMAN_DIGITS = {
    **{bits: digit for digit, bits in enumerate(("00000", "00001", "00010"))},
    **{f"{bits:06b}": digit for digit, bits in enumerate(range(0b011001, 0b100000), 3)},
}


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """A complete frame."""
    return frame_start(kind, flags, len(payload)) + stream.to_bytes(4, "big") + payload


def frame_start(kind: int, flags: int, length: int) -> bytes:
    """A frame's header up to the stream identifier."""
    return length.to_bytes(3, "big") + bytes([kind, flags])


def header_block(headers: Mapping[str, str]) -> bytes:
    """The headers as HPACK literals without indexing."""
    return b"".join(b"\0" + _literal(name) + _literal(value) for name, value in headers.items())


def grpc_status(block: bytes) -> int | None:
    """The gRPC status in a header block; None when there is none.

    The connection disables HPACK's dynamic table, so names and values are literals, as text or Huffman-coded.
    """
    for name in _STATUS_NAMES:
        at = block.find(name)
        if at >= 0:
            size = block[at + len(name)]
            value = block[at + len(name) + 1 :][: size & 0x7F]
            digits = _huffman_digits(value) if size & 0x80 else value.decode("ascii", "replace")
            return int(digits) if digits.isdecimal() else None
    return None


def _huffman_digits(value: bytes) -> str:
    bits, digits = "".join(f"{byte:08b}" for byte in value), ""
    while bits:
        for size in (5, 6):
            if bits[:size] in _HUFFMAN_DIGITS:
                digits += str(_HUFFMAN_DIGITS[bits[:size]])
                bits = bits[size:]
                break
        else:
            return digits if set(bits) <= {"1"} else ""  # the last byte is padded with ones
    return digits


def _literal(text: str) -> bytes:
    """An HPACK string literal without Huffman coding; its length is an integer with a 7-bit prefix (RFC 7541, 5.1)."""
    encoded = text.encode()
    if len(encoded) < 127:
        return bytes([len(encoded)]) + encoded
    rest, size = len(encoded) - 127, [127]
    while rest >= 128:
        size.append(rest % 128 + 128)
        rest //= 128
    return bytes([*size, rest]) + encoded
