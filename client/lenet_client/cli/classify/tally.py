"""How far a run has come, in numbers and in a line."""

import time


class Tally:
    """Counts pictures. Attributes: `pictures`, and how many of them `failed` or are `uncertain`."""

    def __init__(self) -> None:
        self.pictures = self.failed = self.uncertain = 0
        self._earlier = 0
        self._start = time.monotonic()

    def resume(self) -> None:
        """What was counted so far was the work of an earlier run: it says nothing of this one's speed."""
        self._earlier = self.pictures

    def summary(self) -> str:
        """The counts, and pictures a second."""
        seconds = max(time.monotonic() - self._start, 1e-3)
        parts = [f"{self.pictures:,} picture{'' if self.pictures == 1 else 's'}"]
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        if self.uncertain:
            parts.append(f"{self.uncertain:,} uncertain")
        if self._earlier:
            parts.append(f"{self._earlier:,} of them earlier")
        return f"{', '.join(parts)} in {seconds:.1f} s: {self.rate():,.0f}/s"

    def rate(self) -> float:
        """Pictures a second in this run."""
        return (self.pictures - self._earlier) / max(time.monotonic() - self._start, 1e-3)

    def remaining(self, total: int | None) -> str:
        """The time that the others will take at this rate, as text; empty where it is not known."""
        rate = self.rate()
        if total is None or not rate:
            return ""
        minutes, seconds = divmod(round(max(0, total - self.pictures) / rate), 60)
        hours, minutes = divmod(minutes, 60)
        return f", {hours}:{minutes:02}:{seconds:02} left of {total:,}"
