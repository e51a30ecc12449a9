<<<<<<< HEAD
"""For tests with generated requests: messages that are nearly right, and the outcome of a call."""
=======
"""Damaged messages for fuzz tests, and the outcome of a call as a value."""
>>>>>>> wt-ho

from collections.abc import Callable
from typing import TypeVar

import grpc
from hypothesis import strategies as st

Response = TypeVar("Response")
<<<<<<< HEAD
# grpcio's own answer to bytes that do not parse.
=======
# grpcio's own status for bytes that are not a protobuf message.
>>>>>>> wt-ho
UNDECODABLE = (grpc.StatusCode.INTERNAL, "Exception deserializing request!")


@st.composite
<<<<<<< HEAD
def mutated(draw: st.DrawFn, right: bytes, head: int) -> bytes:
    """Bytes that are right but for up to four, mostly among the first `head`; or whose end is missing."""
    changed = bytearray(right)
    for position in draw(st.lists(st.integers(0, head) | st.integers(0, len(changed) - 1), max_size=4)):
        changed[position] = draw(st.integers(0, 255))
    return bytes(changed[: draw(st.just(len(changed)) | st.integers(0, len(changed)))])


def outcome_of(call: Callable[[], Response]) -> Response | tuple[grpc.StatusCode, str]:
    """The response, or the status code and its message."""
=======
def damaged(draw: st.DrawFn, message: bytes, header_length: int) -> bytes:
    """Replace up to four bytes of a valid message, often within its first `header_length`, and perhaps truncate it."""
    damaged = bytearray(message)
    positions = st.integers(0, header_length) | st.integers(0, len(message) - 1)
    for position in draw(st.lists(positions, max_size=4)):
        damaged[position] = draw(st.integers(0, 255))
    return bytes(damaged[: draw(st.just(len(message)) | st.integers(0, len(message)))])


def outcome_of(call: Callable[[], Response]) -> Response | tuple[grpc.StatusCode, str]:
    """Return the response of `call`, or the status code and message of its error."""
>>>>>>> wt-ho
    try:
        return call()
    except grpc.RpcError as error:
        return error.code(), error.details() or ""
