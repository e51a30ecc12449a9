"""Which calls are sent again and when: gRPC's retries within one call, and classify_many()'s beyond them."""

import time
from typing import Any

from lenet_client._errors import LenetError, ServerBusy, ServerUnavailable

RETRYABLE_ERRORS = (ServerUnavailable, ServerBusy)
"""A server that is unreachable or shutting down, and one whose queue is full."""

FIRST_DELAY_SECONDS = 0.1
MAX_DELAY_SECONDS = 1.0
"""The delays of RetryBudget double from the first to the longest: a restarted server is used within a second."""

# gRPC retries within the call's deadline: up to four attempts, after delays of about 0.1, 0.3 and 0.9 s (±20 %).
# The fields are those of a gRPC service config (gRFC A6).
_RETRY_POLICY = {
    "maxAttempts": 4,
    "initialBackoff": "0.1s",
    "maxBackoff": "1s",
    "backoffMultiplier": 3,
    "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
}
# Read-only methods, which are safe to repeat. RepositoryModelLoad and RepositoryModelUnload change the server: when
# their response is lost, the caller decides whether to send them again.
_RETRYABLE_METHODS = [
    {"service": "lenet.v1.Classifier"},
    {"service": "grpc.health.v1.Health"},
    *(
        {"service": "inference.GRPCInferenceService", "method": method}
        for method in ("ModelInfer", "ModelMetadata", "ServerMetadata", "ServerReady", "ModelReady", "RepositoryIndex")
    ),
]


def retry_config() -> list[dict[str, Any]]:
    """The `methodConfig` of a gRPC service config."""
    return [{"name": _RETRYABLE_METHODS, "retryPolicy": _RETRY_POLICY}]


class RetryBudget:
    """How long one call may be retried: `seconds` from its first failure, with exponential backoff."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._deadline: float | None = None
        self._delay = FIRST_DELAY_SECONDS

    def next_delay(self, error: LenetError) -> float:
        """The seconds to wait before the next attempt. Raises `error` when the budget is spent."""
        now = time.monotonic()
        self._deadline = self._deadline or now + self._seconds
        if now >= self._deadline:
            raise error
        delay = min(self._delay, self._deadline - now)
        self._delay = min(2 * self._delay, MAX_DELAY_SECONDS)
        return delay
