"""`lenet bench`: generates load on a running server and reports throughput, latency and errors."""

import argparse
import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from lenet_client import Client, InvalidRequest, ServerUnavailable
from lenet_client.bench.http2_connection import ConnectionLost
from lenet_client.bench.load import Load
from lenet_client.bench.measure import Figures, measure
from lenet_client.bench.repeated_call import RepeatedCall, classify_call, infer_call
from lenet_client.bench.report import draw_chart, table, to_json
from lenet_client.bench.target import Target
from lenet_client.cli.connection import connect
from lenet_client.cli.exit_status import ExitStatus

CORES_PER_PROCESS = 4  # by default one process for every four cores, which leaves most cores to a server beside it
PLAIN_TEXT_COLUMNS = 200  # the width of a table that is not written to a terminal: wide enough for every column


def run(options: argparse.Namespace) -> int:
    """Measure each load in turn; status 1 when calls failed."""
    if options.chart and not find_spec("matplotlib"):
        print('lenet bench: --chart needs matplotlib: pip install "lenet-client[chart]"', file=sys.stderr)
        return ExitStatus.USAGE
    if "/" in options.server:
        raise InvalidRequest(f"--server {options.server}: lenet bench needs HOST:PORT, one server")
    for file in filter(None, (options.output, options.chart)):  # checked before the load, not after it
        if not Path(file).parent.is_dir():
            raise InvalidRequest(f"{file} cannot be written: there is no folder {Path(file).parent}")
    with connect(options) as client:
        call = _repeated_call(client, options)
    measured = [_measure(options, call, *load) for load in _loads(options)]
    report = {
        "server": options.server,
        "images": options.images,
        "seconds": options.seconds,
        "loads": [to_json(each) for each in measured],
    }
    if options.output:
        Path(options.output).write_text(json.dumps(report, indent=1) + "\n")
    if options.chart:
        draw_chart(measured, Path(options.chart), f"{options.server}, {options.images} image(s) a call")
    if options.json:
        print(json.dumps(report))
    else:
        Console(width=None if sys.stdout.isatty() else PLAIN_TEXT_COLUMNS).print(table(measured))
    return ExitStatus.FAILED if any(each.errors for each in measured) else ExitStatus.OK


def _repeated_call(client: Client, options: argparse.Namespace) -> RepeatedCall:
    """The call to repeat. Raises LenetError for an unreachable server, an unknown model, or an unreadable picture."""
    name, version = options.model or ("", 0)
    model = client.model(name, version)
    if options.protocol == "oip":
        if options.stream or options.picture:
            raise InvalidRequest("--stream and --picture are for --protocol lenet")
        return infer_call(model, model.metadata["input"], options.images)
    pictures = [Path(each) for each in options.picture]
    for picture in pictures:
        client.classify(picture, model=name, version=version)  # reports an unreadable picture before the load begins
    return classify_call(model, options.images, pictures, streamed=options.stream)


def _loads(options: argparse.Namespace) -> list[tuple[int, float]]:
    """The concurrency and the rate of each load, one of them 0."""
    if options.rate:
        return [(0, rate) for rate in options.rate]
    return [(concurrency, 0.0) for concurrency in options.concurrency]


def _measure(options: argparse.Namespace, call: RepeatedCall, concurrency: int, rate: float) -> Figures:
    load = Load(
        target=Target(
            options.server, options.tls, options.tls_ca, options.tls_certificate, options.tls_key, options.token
        ),
        call=call,
        seconds=options.seconds,
        warm_up=options.warm_up,
        connections=options.connections,
        processes=options.processes or max(1, (os.cpu_count() or 1) // CORES_PER_PROCESS),
        concurrency=concurrency,
        rate=rate,
    )
    try:
        return measure(load, options.images, options.metrics_url)
    except (ConnectionLost, OSError) as error:
        raise ServerUnavailable(f"{options.server}: {error}") from error
