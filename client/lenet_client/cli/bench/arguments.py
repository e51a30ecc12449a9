"""The flags of `lenet bench`."""

import argparse

from lenet_client.cli.argument_types import model

CONNECTIONS = 8  # enough to reach every process of a server, and few enough that answers come in bunches

DESCRIPTION = """
Put a load on a running server, and tell throughput, latency and errors. Either so many calls are under way at a time
(--concurrency), or so many begin a second, at random moments, whether earlier ones are answered or not (--rate): then a
call's time counts from the moment it was to begin. Several numbers with commas between them are a sweep. Exit status: 0
all calls answered, 1 some failed, 2 usage, 3 no answer from the server.
"""


def add_bench_arguments(command: argparse.ArgumentParser) -> None:
    """Add them to the command."""
    load = command.add_mutually_exclusive_group()
    load.add_argument(
        "--concurrency", type=_wholes, default=[64], metavar="N,…", help="calls under way at a time (default: 64)"
    )
    load.add_argument("--rate", type=_numbers, metavar="R,…", help="calls that begin a second, on average")
    command.add_argument(
        "--model", default="", type=model, metavar="NAME[:VERSION]", help="default: the server's only model, newest"
    )
    command.add_argument("--images", type=_whole, default=1, metavar="N", help="images of a call (default: 1)")
    command.add_argument(
        "--picture", action="append", default=[], metavar="FILE", help="send this file, not random pixels; repeatable"
    )
    command.add_argument("--stream", action="store_true", help="ClassifyStream, a stream for each connection")
    command.add_argument("--seconds", type=_number, default=5.0, help="length of the measurement (default: 5)")
    command.add_argument(
        "--warm-up", type=_number_or_zero, default=1.0, metavar="SECONDS", help="before it (default: 1)"
    )
    command.add_argument(
        "--connections", type=_whole, default=CONNECTIONS, metavar="N", help="connections to the server (default: 8)"
    )
    command.add_argument(
        "--processes", type=_whole, metavar="N", help="processes that make the load (default: one for four cores)"
    )
    command.add_argument(
        "--metrics-url", metavar="URL", help="the server's own, as http://localhost:8080/metrics: queue, model, batch"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("--output", metavar="FILE", help="write JSON here as well")
    command.add_argument("--chart", metavar="FILE", help="draw latency over throughput here, as PNG")


def _whole(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1,000,000")
    return int(text)


def _wholes(text: str) -> list[int]:
    return [_whole(each) for each in text.split(",")]


def _number(text: str) -> float:
    value = _number_or_zero(text)
    if value == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def _numbers(text: str) -> list[float]:
    return [_number(each) for each in text.split(",")]


def _number_or_zero(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e7:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 up")
    return value
