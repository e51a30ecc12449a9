"""The options of `lenet bench`."""

import argparse

from lenet_client.cli.argument_types import model, non_negative_number, positive_number, whole_number

# Enough that connections reach every process of a server, few enough that one read returns several responses.
CONNECTIONS = 8
# Larger numbers are mistakes: no machine holds a million calls in flight or starts ten million a second.
MAX_COUNT = 1_000_000
MAX_NUMBER = 1e7

DESCRIPTION = """
Generate load on a running server and report throughput, latency and errors. --concurrency keeps a number of calls in
flight (closed loop). --rate starts calls at random moments, independent of responses (open loop): a call's latency then
counts from its scheduled start. Several comma-separated numbers are measured one after the other. Exit status: 0 all
calls succeeded, 1 some failed, 2 usage, 3 server unreachable.
"""


def add_bench_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options to the command."""
    load = command.add_mutually_exclusive_group()
    load.add_argument(
        "--concurrency", type=_concurrencies, default=[64], metavar="N,…", help="calls in flight (default: 64)"
    )
    load.add_argument("--rate", type=_rates, metavar="R,…", help="calls started per second, on average")
    command.add_argument(
        "--model", default="", type=model, metavar="NAME[:VERSION]", help="default: the server's only model, newest"
    )
    command.add_argument("--images", type=_count, default=1, metavar="N", help="images per call (default: 1)")
    command.add_argument(
        "--picture", action="append", default=[], metavar="FILE", help="send this file, not random pixels; repeatable"
    )
    command.add_argument("--stream", action="store_true", help="use ClassifyStream, one stream per connection")
    command.add_argument("--seconds", type=_positive, default=5.0, help="length of the measurement (default: 5)")
    command.add_argument(
        "--warm-up", type=_non_negative, default=1.0, metavar="SECONDS", help="load before it (default: 1)"
    )
    command.add_argument(
        "--connections", type=_count, default=CONNECTIONS, metavar="N", help="connections (default: 8)"
    )
    command.add_argument(
        "--processes", type=_count, metavar="N", help="processes that generate the load (default: cores / 4)"
    )
    command.add_argument(
        "--metrics-url",
        metavar="URL",
        help="the server's metrics, such as http://localhost:8080/metrics: adds queue time, model time, batch size",
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("--output", metavar="FILE", help="also write JSON to this file")
    command.add_argument("--chart", metavar="FILE", help="draw latency over throughput to this PNG file")


def _count(text: str) -> int:
    return whole_number(text, MAX_COUNT)


def _concurrencies(text: str) -> list[int]:
    return [_count(each) for each in text.split(",")]


def _positive(text: str) -> float:
    return positive_number(text, MAX_NUMBER)


def _rates(text: str) -> list[float]:
    return [_positive(each) for each in text.split(",")]


def _non_negative(text: str) -> float:
    return non_negative_number(text, MAX_NUMBER)
