"""Progress on standard error: a moving line on a terminal, one closing line everywhere."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

REFRESH_SECONDS = 0.1


class Progress:
    """Counts pictures, from `with Progress() as progress:` to the end of the block."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._line = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._line.add_task("")
        self._pictures = 0
        self._failed = 0
        self._start = self._shown = time.monotonic()

    def advance(self, *, failed: bool) -> None:
        """One more picture is done."""
        self._pictures += 1
        self._failed += failed
        now = time.monotonic()
        if now - self._shown >= REFRESH_SECONDS:
            self._shown = now
            self._line.update(self._task, description=self._summary(now))

    def __enter__(self) -> "Progress":
        self._line.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._line.stop()
        if kind is None:
            self._console.print(self._summary(time.monotonic()), highlight=False)

    def _summary(self, now: float) -> str:
        seconds = max(now - self._start, 1e-3)
        failed = f", {self._failed:,} failed" if self._failed else ""
        return f"{self._pictures:,} pictures{failed} in {seconds:.1f} s: {self._pictures / seconds:,.0f}/s"
