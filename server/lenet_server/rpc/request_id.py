"""What a call is called in logs, in traces, and in the message of an unforeseen error."""

import random
import re

from lenet_server.batching.call_context import Caller

HEADER, TRACE_HEADER = "x-request-id", "traceparent"
TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-.*")
# The caller chooses it, and it comes into every line about the call.
MAX_LENGTH = 128


def request_id(caller: Caller, of_message: str = "") -> str:
    """The id of a request: of its metadata, of its message, or of its trace, whichever there is; else a new one."""
    metadata = dict(caller.metadata())
    given = metadata.get(HEADER) or of_message or _trace_id(metadata.get(TRACE_HEADER)) or new_request_id()
    return "".join(each if each.isprintable() else "?" for each in str(given)[:MAX_LENGTH])


def new_request_id() -> str:
    """An id that nobody else has: 64 random bits. It tells requests apart, and protects nothing."""
    return f"{random.getrandbits(64):016x}"


def _trace_id(traceparent: str | bytes | None) -> str:
    found = TRACE.fullmatch(str(traceparent))
    return found.group(1) if found else ""
