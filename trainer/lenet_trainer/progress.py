"""How long work reports what it is doing, without knowing who shows it."""

from typing import Protocol


class Progress(Protocol):
    """Receives reports of one activity at a time: begin, then any number of advance and say, then end."""

    def begin(self, activity: str, total: int) -> None:
        """Start an activity of `total` units of work."""

    def advance(self, amount: int = 1) -> None:
        """Report that `amount` more units are done."""

    def say(self, line: str) -> None:
        """Report one line of text that should stay readable."""

    def end(self) -> None:
        """Finish the activity begun last."""


class Silent:
    """The progress of callers that do not want to know."""

    def begin(self, activity: str, total: int) -> None:
        """Show nothing."""

    def advance(self, amount: int = 1) -> None:
        """Show nothing."""

    def say(self, line: str) -> None:
        """Show nothing."""

    def end(self) -> None:
        """Show nothing."""
