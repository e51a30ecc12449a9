"""Soaks a server: 64 callers for five minutes while workers are killed, models reload and calls are cancelled.

    python -m benchmarks.soak [--seconds 300]           # or: make soak

Every response is compared with the expected outputs for its pictures from the version that it names, which must be in
service. Only calls in flight at a killed worker, of callers that do not retry, may end UNAVAILABLE. Violations are
listed at the end, and the exit status is then 1.
"""

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from benchmarks import ours
from benchmarks.measurements import Measurement, measurements_table
from benchmarks.publishing import changed, publish
from benchmarks.soak import caller_process, expected
from benchmarks.soak.faults import FaultInjector, Server
from benchmarks.soak.report import FaultLog, Report, violations
from tests.support.processes import server_process

NAMES = ("first", "second")
PICTURES = 300
CONTROL = {
    "none": [],
    "poll": ["--model-control=poll", "--poll-seconds=1"],
    "explicit": ["--model-control=explicit", "--load-models=*"],
}
START_SECONDS = 60  # limit for the callers' processes to start
END_SECONDS = 120  # limit for the last calls to end


def main(argv: Sequence[str] | None = None) -> int:
    """Run the soak, print its figures, and return the exit status."""
    arguments = _arguments(argv)
    count = int(arguments.seconds / arguments.reload_every) if arguments.model_control != "none" else 0
    versions = _versions(count)
    pictures = expected.make(versions, PICTURES)
    print(f"{len(pictures)} pictures, {len(versions)} versions of {len(NAMES)} models", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder, "models")
        for name in NAMES:
            publish(models, name, 1, versions[name, 1])
        flags = [f"--model-repository={models}", "--host=127.0.0.1", *ours.flags(arguments)]
        with server_process(*flags, *CONTROL[arguments.model_control]) as server:
            target = Server(server.process.pid, server.grpc_port, models, arguments.model_control)
            report, faults = soak(target, versions, pictures, arguments)
            status = server.stop()
        found = violations(report, faults)
        if status:
            found.append(f"the server ended with status {status}")
        found += [f"logged: {event['exception']}" for event in server.events if "exception" in event]
    print(measurements_table(measurements(report, faults)))
    for each in found:
        print(f"VIOLATION: {each}")
    print(f"{len(found)} violations" if found else "no violations")
    return 1 if found else 0


def soak(
    server: Server, versions: dict[expected.Version, bytes], pictures: expected.Pictures, arguments: argparse.Namespace
) -> tuple[Report, FaultLog]:
    """Run callers and fault injector against a running server to their end."""
    report = Report()
    count = arguments.processes
    spawn = multiprocessing.get_context("spawn")
    all_started = spawn.Barrier(count + 1, timeout=START_SECONDS)
    with spawn.Pool(count, caller_process.wait_for_start, [all_started]) as pool:
        all_started.wait()
        until = monotonic() + arguments.seconds
        tasks = [
            caller_process.Task(f"127.0.0.1:{server.port}", NAMES, range(number, arguments.callers, count), until)
            for number in range(count)
        ]
        pending = [pool.apply_async(caller_process.run, (task, pictures)) for task in tasks]
        injector = FaultInjector(server, versions, kill_every=arguments.kill_every, reload_every=arguments.reload_every)
        try:
            for each in pending:
                report.add(each.get(arguments.seconds + END_SECONDS))
        finally:
            injector.stop()
    return report, injector.log


def measurements(report: Report, faults: FaultLog) -> list[Measurement]:
    """Return the figures of a soak."""
    counts = report.counts
    lost = sum(not faults.hit(each) for each in report.unavailable)
    retried = sum(any(sent <= kill <= ended for kill in faults.kills) for sent, ended in report.waited)
    rows = [
        Measurement("calls", f"{counts['calls']:,}"),
        Measurement("requests in them", f"{counts['requests']:,}"),
        Measurement("responses", f"{counts['responses']:,}"),
        Measurement("images in them", f"{counts['images']:,}"),
        Measurement("wrong responses", f"{len(report.wrong)}", "0", not report.wrong),
        Measurement("workers killed", f"{len(faults.kills)}"),
        Measurement("reloads", f"{len(faults.retired)}"),
        Measurement("cancelled calls", f"{counts['cancelled']:,}"),
        Measurement("calls in flight at a kill, answered after a retry", f"{retried:,}"),
        Measurement("calls UNAVAILABLE without a kill", f"{lost}", "0", not lost),
    ]
    return rows + [Measurement(f"calls that ended {status}", f"{count:,}") for status, count in report.errors.items()]


def _versions(reloads: int) -> dict[expected.Version, bytes]:
    """Return version 1 of each model, and one more for each reload, the models in turn."""
    numbers = [(NAMES[turn % len(NAMES)], 1 + turn // len(NAMES)) for turn in range(len(NAMES) + reloads)]
    return {key: changed(ours.MODEL, seed) for seed, key in enumerate(numbers)}


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = ours.parser(__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--processes", type=int, default=4, help="that run the callers")
    parser.add_argument("--kill-every", type=float, default=20, metavar="SECONDS")
    parser.add_argument("--reload-every", type=float, default=15, metavar="SECONDS")
    parser.add_argument("--model-control", choices=list(CONTROL), default="poll")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
