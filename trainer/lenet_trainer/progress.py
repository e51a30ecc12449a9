"""The protocol by which long work reports its progress, independent of how it is displayed."""

from typing import Protocol


class Progress(Protocol):
    """Receives reports of one activity at a time: begin, then any number of advance and say, then end."""

    def begin(self, activity: str, total: int) -> None:
        """Start an activity of `total` units of work."""

    def advance(self, amount: int = 1) -> None:
        """Report that `amount` more units of work are done."""

    def say(self, line: str) -> None:
        """Report one line of text that stays on the screen."""

    def end(self) -> None:
        """Finish the activity begun last."""


class Silent:
    """A progress that shows nothing."""

    def begin(self, activity: str, total: int) -> None:
        """Show nothing."""

    def advance(self, amount: int = 1) -> None:
        """Show nothing."""

    def say(self, line: str) -> None:
        """Show nothing."""

    def end(self) -> None:
        """Show nothing."""
