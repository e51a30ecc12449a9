"""Types of command line arguments. Each refusal says what is expected."""

import argparse
import math
from pathlib import Path

MAX_INT32 = 2**31 - 1  # of the numbers in a request
MAX_VERSION = 2**63 - 1  # int64 in a request
MAX_SECONDS = 1e6  # eleven days: a larger number is a mistake


def model(text: str) -> tuple[str, int | str]:
    """NAME or NAME:VERSION, as the name and the version's number (0 for the newest) or alias."""
    name, colon, version = text.partition(":")
    if version[:1].isalpha():
        return name, version
    if colon and not (version.isdecimal() and 0 < int(version) <= MAX_VERSION):
        raise argparse.ArgumentTypeError(
            f"{text!r}: a version is a whole number from 1 up or an alias, as in lenet:1 or lenet:stable"
        )
    return name, int(version or 0)


def whole_number(text: str, maximum: int = MAX_INT32) -> int:
    """A whole number from 1 to `maximum`."""
    if not text.isdecimal() or not 1 <= int(text) <= maximum:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {maximum:,}")
    return int(text)


def score(text: str) -> float:
    """A score, 0 to 1."""
    if not 0 <= (value := _number(text)) <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a score from 0 to 1")
    return value


def seconds(text: str) -> float:
    """A number of seconds above 0."""
    if not 0 < (value := _number(text)) < MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return value


def positive_number(text: str, maximum: float = math.inf) -> float:
    """A number above 0 and below `maximum`."""
    if not 0 < (value := _number(text)) < maximum:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def non_negative_number(text: str, maximum: float = math.inf) -> float:
    """A number from 0 to below `maximum`."""
    if not 0 <= (value := _number(text)) < maximum:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 up")
    return value


def address(text: str) -> str:
    """HOST:PORT, or a gRPC name with a scheme."""
    if not text.rpartition(":")[2].isdecimal() and "://" not in text and not text.startswith("unix:"):
        raise argparse.ArgumentTypeError(f"{text!r} has no port: HOST:PORT is expected, as in localhost:50051")
    return text


def token(file: str) -> str:
    """The token in a file."""
    return _text(file).strip()


def lines(file: str) -> list[str]:
    """The lines of a file."""
    return _text(file).splitlines()


def _number(text: str) -> float:
    """The number; NaN, which every comparison refuses, for other text."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _text(file: str) -> str:
    try:
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{file} cannot be read: {error}") from error
