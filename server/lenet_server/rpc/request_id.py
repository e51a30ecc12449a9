"""The id of a request in logs, in traces, and in the message of an internal error."""

import random
import re

from lenet_server.batching.call_context import Caller

HEADER, TRACE_HEADER = "x-request-id", "traceparent"
TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-.*")
# Characters: the client chooses the id, and every log line about the request contains it.
MAX_LENGTH = 128


def request_id(caller: Caller, of_message: str = "") -> str:
    """The id in the request's metadata, else in its message, else its trace id, else a new one."""
    metadata = dict(caller.metadata())
    given = metadata.get(HEADER) or of_message or _trace_id(metadata.get(TRACE_HEADER)) or new_request_id()
    return "".join(each if each.isprintable() else "?" for each in str(given)[:MAX_LENGTH])


def new_request_id() -> str:
    """64 random bits in hexadecimal: unique, but not secret."""
    return f"{random.getrandbits(64):016x}"


def _trace_id(traceparent: str | bytes | None) -> str:
    found = TRACE.fullmatch(str(traceparent))
    return found.group(1) if found else ""
