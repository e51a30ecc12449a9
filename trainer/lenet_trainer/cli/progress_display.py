"""Shows progress on stderr: a bar in a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lenet_trainer.progress import Progress

if TYPE_CHECKING:
    from rich.progress import TaskID


@contextmanager
def stderr_progress() -> Iterator[Progress]:
    """Yield bars if stderr is a terminal, else lines; the terminal is restored on errors."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    bars = Bars()
    try:
        yield bars
    finally:
        bars.close()


class Bars:
    """A bar for the current activity, with reported lines above it."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as RichProgress

        self.display = RichProgress(console=Console(stderr=True), transient=True)
        self.task: TaskID | None = None

    def begin(self, activity: str, total: int) -> None:
        """Show a new bar, an indeterminate one without a total."""
        self.display.start()
        self.task = self.display.add_task(activity, total=total or None)

    def advance(self, amount: int = 1) -> None:
        """Move the bar."""
        if self.task is not None:
            self.display.advance(self.task, amount)

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self.display.console.print(line, highlight=False, markup=False)

    def end(self) -> None:
        """Remove the bar."""
        if self.task is not None:
            self.display.remove_task(self.task)
            self.task = None

    def close(self) -> None:
        """Restore the terminal."""
        self.display.stop()


class Lines:
    """A line for every activity and every report."""

    def begin(self, activity: str, total: int) -> None:
        """Print the activity."""
        print(f"{activity} ({total:,})" if total else activity, file=sys.stderr, flush=True)

    def advance(self, amount: int = 1) -> None:
        """Print nothing: a line per step would be too many."""

    def say(self, line: str) -> None:
        """Print the line."""
        print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Print nothing."""
