"""Counts the pictures of a run; computes its rate and remaining time."""

import time

MIN_SECONDS = 1e-3  # keeps the rate finite at the start of a run


class Tally:
    """Counters of a run. Attributes: `pictures`, and how many of them `failed` or are `uncertain`."""

    def __init__(self) -> None:
        self.pictures = self.failed = self.uncertain = 0
        self._resumed = 0
        self._start = time.monotonic()

    def count(self, *, failed: bool, uncertain: bool) -> None:
        """Count one picture."""
        self.pictures += 1
        self.failed += failed
        self.uncertain += uncertain

    def mark_resumed(self) -> None:
        """Exclude the pictures counted so far from this run's rate: an earlier run has classified them."""
        self._resumed = self.pictures

    def summary(self) -> str:
        """The counters and the rate, as text."""
        parts = [f"{self.pictures:,} picture{'' if self.pictures == 1 else 's'}"]
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        if self.uncertain:
            parts.append(f"{self.uncertain:,} uncertain")
        if self._resumed:
            parts.append(f"{self._resumed:,} from an earlier run")
        return f"{', '.join(parts)} in {self._seconds():.1f} s: {self.rate():,.0f}/s"

    def rate(self) -> float:
        """Pictures per second in this run."""
        return (self.pictures - self._resumed) / self._seconds()

    def remaining(self, total: int | None) -> str:
        """The remaining time at this rate, as text; empty when `total` or the rate is unknown."""
        rate = self.rate()
        if total is None or not rate:
            return ""
        minutes, seconds = divmod(round(max(0, total - self.pictures) / rate), 60)
        hours, minutes = divmod(minutes, 60)
        return f", {hours}:{minutes:02}:{seconds:02} left of {total:,}"

    def _seconds(self) -> float:
        return max(time.monotonic() - self._start, MIN_SECONDS)
