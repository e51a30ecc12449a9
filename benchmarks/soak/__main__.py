"""Soaks a server: 64 callers for five minutes while workers are killed, models reloaded and callers hang up.

    python -m benchmarks.soak [--seconds 300]           # or: make soak

Every answer is checked against the right one for exactly its pictures, from exactly the version that it names, which
must have been in service. Only calls that a killed worker had, of callers that do not retry, may end UNAVAILABLE. What
must not happen is listed at the end, and the exit status is then 1.
"""

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from benchmarks import ours
from benchmarks.measurements import Finding, findings_table
from benchmarks.publishing import changed, publish
from benchmarks.soak import caller_process, expected
from benchmarks.soak.faults import Disturber, Server
from benchmarks.soak.report import Disturbances, Report, violations
from tests.support.processes import server_process

NAMES = ("first", "second")
PICTURES = 300
CONTROL = {
    "none": [],
    "poll": ["--model-control=poll", "--poll-seconds=1"],
    "explicit": ["--model-control=explicit", "--load-models=*"],
}
START_SECONDS = 60  # at most, for the callers' processes to start
END_SECONDS = 120  # at most, for the last calls to end


def main(argv: Sequence[str] | None = None) -> int:
    """Soak, print what happened, and return the exit status."""
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
            disturbed = Server(server.process.pid, server.grpc_port, models, arguments.model_control)
            report, done = soak(disturbed, versions, pictures, arguments)
            status = server.stop()
        found = violations(report, done)
        if status:
            found.append(f"the server ended with status {status}")
        found += [f"logged: {event['exception']}" for event in server.events if "exception" in event]
    print(findings_table(findings(report, done)))
    for each in found:
        print(f"VIOLATION: {each}")
    print("not as it must be" if found else "as it must be")
    return 1 if found else 0


def soak(
    server: Server, versions: dict[expected.Version, bytes], pictures: expected.Pictures, arguments: argparse.Namespace
) -> tuple[Report, Disturbances]:
    """Set callers and disturber on a server that is up, and wait for their end."""
    report = Report()
    count = arguments.processes
    spawn = multiprocessing.get_context("spawn")
    everybody_there = spawn.Barrier(count + 1, timeout=START_SECONDS)
    with spawn.Pool(count, caller_process.assemble, [everybody_there]) as pool:
        everybody_there.wait()
        until = monotonic() + arguments.seconds
        tasks = [
            caller_process.Task(f"127.0.0.1:{server.port}", NAMES, range(number, arguments.callers, count), until)
            for number in range(count)
        ]
        pending = [pool.apply_async(caller_process.run, (task, pictures)) for task in tasks]
        disturber = Disturber(server, versions, kill_every=arguments.kill_every, reload_every=arguments.reload_every)
        try:
            for each in pending:
                report.add(each.get(arguments.seconds + END_SECONDS))
        finally:
            disturber.stop()
    return report, disturber.done


def findings(report: Report, done: Disturbances) -> list[Finding]:
    """What happened."""
    counts = report.counts
    lost = sum(not done.fell_into(each) for each in report.unavailable)
    retried = sum(any(sent <= kill <= ended for kill in done.kills) for sent, ended in report.waited)
    rows = [
        Finding("calls", f"{counts['calls']:,}"),
        Finding("requests in them", f"{counts['requests']:,}"),
        Finding("answers", f"{counts['answers']:,}"),
        Finding("images in them", f"{counts['images']:,}"),
        Finding("wrong answers", f"{len(report.wrong)}", "0", not report.wrong),
        Finding("workers killed", f"{len(done.kills)}"),
        Finding("reloads", f"{len(done.retired)}"),
        Finding("calls that hung up", f"{counts['cancelled']:,}"),
        Finding("calls answered after a kill fell into them, by retries", f"{retried:,}"),
        Finding("calls UNAVAILABLE that were in no killed worker", f"{lost}", "0", not lost),
    ]
    return rows + [Finding(f"calls that ended {status}", f"{count:,}") for status, count in report.errors.items()]


def _versions(reloads: int) -> dict[expected.Version, bytes]:
    """Version 1 of each model, and as many more as there are reloads, the models taking turns."""
    numbers = [(NAMES[turn % len(NAMES)], 1 + turn // len(NAMES)) for turn in range(len(NAMES) + reloads)]
    return {key: changed(ours.MODEL, seed) for seed, key in enumerate(numbers)}


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = ours.parser(__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--processes", type=int, default=4, help="that the callers are spread over")
    parser.add_argument("--kill-every", type=float, default=20, metavar="SECONDS")
    parser.add_argument("--reload-every", type=float, default=15, metavar="SECONDS")
    parser.add_argument("--model-control", choices=list(CONTROL), default="poll")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
