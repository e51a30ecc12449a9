"""For tests with generated requests: messages that are nearly right, and the outcome of a call."""

from collections.abc import Callable
from typing import TypeVar

import grpc
from hypothesis import strategies as st

Response = TypeVar("Response")
# grpcio's own answer to bytes that do not parse.
UNDECODABLE = (grpc.StatusCode.INTERNAL, "Exception deserializing request!")


@st.composite
def mutated(draw: st.DrawFn, right: bytes, head: int) -> bytes:
    """Bytes that are right but for up to four, mostly among the first `head`; or whose end is missing."""
    changed = bytearray(right)
    for position in draw(st.lists(st.integers(0, head) | st.integers(0, len(changed) - 1), max_size=4)):
        changed[position] = draw(st.integers(0, 255))
    return bytes(changed[: draw(st.just(len(changed)) | st.integers(0, len(changed)))])


def outcome_of(call: Callable[[], Response]) -> Response | tuple[grpc.StatusCode, str]:
    """The response, or the status code and its message."""
    try:
        return call()
    except grpc.RpcError as error:
        return error.code(), error.details() or ""
