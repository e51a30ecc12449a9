"""Progress on standard error: a progress bar on a terminal, plain lines elsewhere, nothing with --quiet."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from lenet_client.cli.classify.file_count import FileCount
from lenet_client.cli.classify.tally import Tally

if TYPE_CHECKING:
    from rich.progress import Progress as ProgressBar

LINE_SECONDS = 10.0  # between plain lines: few enough for a log
BAR_SECONDS = 0.2  # between updates of the bar: five a second look continuous


class ProgressDisplay:
    """Shows a tally until the end of its `with` block, then prints the summary.

    Files are counted only once there is something to display, so a short run does not count them.
    """

    def __init__(self, tally: Tally, count: FileCount, *, quiet: bool, results_on_terminal: bool) -> None:
        """With `results_on_terminal`, the results themselves show the progress, and no bar is drawn between them."""
        self._tally = tally
        self._count = count
        self._quiet = quiet
        self._enabled = not quiet and not results_on_terminal
        self._bar: ProgressBar | None = None
        self._interval = BAR_SECONDS if sys.stderr.isatty() else LINE_SECONDS
        self._due = time.monotonic() + self._interval

    def update(self) -> None:
        """Redraw the bar or print a line, when the interval has passed."""
        if (now := time.monotonic()) >= self._due and self._enabled:
            self._due = now + self._interval
            self._count.start()
            line = self._tally.summary() + self._tally.remaining(self._count.total)
            if self._bar:
                self._bar.update(self._bar.task_ids[0], description=line, completed=self._tally.pictures)
                self._bar.update(self._bar.task_ids[0], total=self._count.total)
            else:
                self.print(line)

    def print(self, line: str) -> None:
        """Print a line, above the bar if there is one."""
        if self._bar:
            self._bar.console.print(line, highlight=False, markup=False, soft_wrap=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def __enter__(self) -> "ProgressDisplay":
        if sys.stderr.isatty() and self._enabled:
            self._bar = _progress_bar()
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._count.stop()
        if self._bar:
            self._bar.stop()
        if kind is None and not self._quiet:
            print(self._tally.summary(), file=sys.stderr)


def _progress_bar() -> "ProgressBar":
    """The bar; rich is imported only when there is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    bar = Progress(
        SpinnerColumn(),
        BarColumn(20),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # standard output carries the results
        redirect_stderr=False,
    )
    bar.add_task("", total=None)
    return bar
