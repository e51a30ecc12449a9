"""How long a run over many images waits for a server that is away."""

import time

from lenet_client._errors import LenetError, ServerBusy, ServerUnavailable

AWAY = (ServerUnavailable, ServerBusy)
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 1.0


class Patience:
    """The patience with one call: so many seconds from its first failure."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: float | None = None
        self._pause = FIRST_PAUSE

    def pause(self, error: LenetError) -> float:
        """The seconds to wait before the call is sent again; raises the error where patience has come to its end."""
        now = time.monotonic()
        self._until = self._until or now + self._seconds
        if now >= self._until:
            raise error
        pause = min(self._pause, self._until - now)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        return pause
