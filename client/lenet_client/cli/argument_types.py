"""What the values of the command line may be; each refusal says what would do."""

import argparse
from pathlib import Path


def model(text: str) -> tuple[str, int | str]:
    """NAME or NAME:VERSION."""
    name, colon, version = text.partition(":")
    if version[:1].isalpha():
        return name, version
    if colon and not (version.isdecimal() and 0 < int(version) < 2**63):
        raise argparse.ArgumentTypeError(
            f"{text!r}: a version is a whole number from 1 up or a label, as in lenet:1 or lenet:stable"
        )
    return name, int(version or 0)


def at_least_one(text: str) -> int:
    """A whole number from 1 up."""
    if not text.isdecimal() or not 1 <= int(text) < 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def score(text: str) -> float:
    """A score, 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a score from 0 to 1")
    return value


def token(file: str) -> str:
    """The token in a file."""
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{file} cannot be read: {error}") from error


def lines(file: str) -> list[str]:
    """The lines of a file."""
    try:
        return Path(file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{file} cannot be read: {error}") from error


def address(text: str) -> str:
    """HOST:PORT, or what else gRPC understands."""
    if not text.rpartition(":")[2].isdecimal() and "://" not in text and not text.startswith("unix:"):
        raise argparse.ArgumentTypeError(f"{text!r} has no port: HOST:PORT is expected, as in localhost:50051")
    return text


def seconds(text: str) -> float:
    """A time in seconds above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return value
