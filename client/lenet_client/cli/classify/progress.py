"""Progress on standard error: a moving line on a terminal, a plain line now and then elsewhere, or nothing."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from lenet_client.cli.classify.file_count import Total
from lenet_client.cli.classify.tally import Tally

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

LINE_SECONDS = 10.0
BAR_SECONDS = 0.2


class Progress:
    """Shows a tally, from `with Progress(…) as progress:` to the end of the block.

    The pictures are counted only once there is something to show: a short run need not know.
    """

    def __init__(self, tally: Tally, total: Total, *, quiet: bool, results_pass: bool) -> None:
        """With `results_pass` the results appear on the same terminal: they show well enough how far the run is."""
        self._tally = tally
        self._total = total
        self._quiet = quiet
        self._moving = not quiet and not results_pass
        self._bar: Bar | None = None
        self._seconds = BAR_SECONDS if sys.stderr.isatty() else LINE_SECONDS
        self._due = time.monotonic() + self._seconds

    def advance(self) -> None:
        """Something was done: show it, if it is time."""
        if (now := time.monotonic()) >= self._due and self._moving:
            self._due = now + self._seconds
            self._total.start()
            line = self._tally.summary() + self._tally.remaining(self._total.pictures)
            if self._bar:
                self._bar.update(self._bar.task_ids[0], description=line, completed=self._tally.pictures)
                self._bar.update(self._bar.task_ids[0], total=self._total.pictures)
            else:
                self.say(line)

    def say(self, line: str) -> None:
        """Print a line; on a terminal, above the moving one."""
        if self._bar:
            self._bar.console.print(line, highlight=False, markup=False, soft_wrap=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty() and self._moving:
            self._bar = _bar()
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._total.stop()
        if self._bar:
            self._bar.stop()
        if kind is None and not self._quiet:
            print(self._tally.summary(), file=sys.stderr)


def _bar() -> "Bar":
    """The moving line; rich is imported only where there is a terminal for it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    bar = Progress(
        SpinnerColumn(),
        BarColumn(20),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # results go where they are wanted
        redirect_stderr=False,
    )
    bar.add_task("", total=None)
    return bar
