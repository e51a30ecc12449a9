"""Parse the values of settings. Each function parses one kind of value or returns a parser for it.

Parsers raise argparse.ArgumentTypeError with the accepted range; argparse prefixes the flag's name.
"""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

AUTO = "auto"
# At most 18 digits: every such number fits 64 bits, and int() raises ValueError beyond 4300 digits.
WHOLE = re.compile(r"-?[0-9]{1,18}")


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from `low` to `high`, both included."""

    def parse(text: str) -> int:
        if not WHOLE.fullmatch(text.strip()) or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return parse


def whole_or_auto(low: int, high: int) -> Callable[[str], int | str]:
    """Return a parser of whole numbers from `low` to `high`, or `auto`."""

    def parse(text: str) -> int | str:
        return text if text == AUTO else whole(low, high)(text)

    return parse


def number(low: float, high: float) -> Callable[[str], float]:
    """Return a parser of numbers from `low` to `high`, both included."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low:g} to {high:g}")
        return value

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a parser that accepts only `choices`."""

    def parse(text: str) -> str:
        if text not in choices:
            raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(choices)}")
        return text

    return parse


def receiver(text: str) -> str:
    """Parse the URL of an OTLP endpoint; empty for none."""
    if text and not re.fullmatch(r"https?://[^/@\s]+:[0-9]{1,5}/?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not http://HOST:PORT or https://HOST:PORT")
    return text


def file(text: str) -> Path | None:
    """Parse the path of a file; empty for none."""
    return Path(text) if text else None


def names(text: str) -> tuple[str, ...]:
    """Parse comma-separated names."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
