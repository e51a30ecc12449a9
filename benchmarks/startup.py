"""Measures the time from the command to the first response, and the gap when the only worker is killed.

    python -m benchmarks.startup [--runs 10]

From the start of the process to the first health check that says SERVING, and to the first image classified. The gap
is measured with one worker, from SIGKILL to the next image classified.
"""

import os
import signal
import statistics
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from benchmarks import call, ours
from benchmarks.measurements import Measurement, measurements_table
from benchmarks.process_tree import workers
from lenet.inference import grpc_service_pb2_grpc as rpc
from tests.support.processes import ServerProcess, server_process

BAR_SECONDS = 2.0
# By default a client waits a second before it reconnects, which would hide the gap.
FAST_RECONNECT = [("grpc.initial_reconnect_backoff_ms", 5), ("grpc.min_reconnect_backoff_ms", 5)]
FAST_RECONNECT += [("grpc.max_reconnect_backoff_ms", 5)]


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure, print each run, and return the medians."""
    parser = ours.parser(__doc__)
    parser.add_argument("--runs", type=int, default=10)
    arguments = parser.parse_args(argv)
    runs = 2 if arguments.quick else arguments.runs
    starts = [start(ours.flags(arguments)) for _ in range(runs)]
    ready, answered = (statistics.median(column) for column in zip(*starts, strict=True))
    print("start to ready:  ", *(f"{each[0]:.2f} s" for each in starts))
    print("start to response: ", *(f"{each[1]:.2f} s" for each in starts))
    measurements = [
        Measurement("start to ready, median", f"{ready:.2f} s", f"< {BAR_SECONDS:.0f} s", ready < BAR_SECONDS),
        Measurement("start to the first response, median", f"{answered:.2f} s"),
    ]
    arguments.workers = 1
    gaps = [each for _ in range(runs) if (each := restart(ours.flags(arguments))) is not None]
    if gaps:
        print("kill to response:  ", *(f"{each:.2f} s" for each in gaps))
        measurements.append(
            Measurement("gap when the only worker is killed, median", f"{statistics.median(gaps):.2f} s")
        )
    return measurements


def start(flags: Sequence[str]) -> tuple[float, float]:
    """Return the seconds from the start of a server to ready, and to its first response."""
    begin = time.perf_counter()
    with _server(flags) as server, grpc.insecure_channel(ours.address(server), FAST_RECONNECT) as channel:
        watched = health_pb2_grpc.HealthStub(channel).Watch(  # type: ignore[attr-defined]  # not in its stubs
            health_pb2.HealthCheckRequest(), timeout=30, wait_for_ready=True
        )
        for each in watched:
            if each.status == health_pb2.HealthCheckResponse.SERVING:
                break
        ready = time.perf_counter()
        watched.cancel()
        _classify(channel)
        return ready - begin, time.perf_counter() - begin


def restart(flags: Sequence[str]) -> float | None:
    """Return the seconds from the kill of the only worker to the next response; None for a single-process server."""
    with _server(flags) as server, grpc.insecure_channel(ours.address(server), FAST_RECONNECT) as channel:
        _classify(channel)
        found = workers(server.process.pid, server.grpc_port)
        if not found:
            return None
        begin = time.perf_counter()
        os.kill(found[0], signal.SIGKILL)
        while time.perf_counter() - begin < 30:
            try:
                _classify(channel)
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
            else:
                return time.perf_counter() - begin
        raise TimeoutError("the killed worker was not replaced within 30 s")


def _server(flags: Sequence[str]) -> AbstractContextManager[ServerProcess]:
    return server_process(f"--model-repository={ours.MODELS}", "--host=127.0.0.1", *flags)


def _classify(channel: grpc.Channel) -> None:
    rpc.GRPCInferenceServiceStub(channel).ModelInfer(call.request(1), timeout=10, wait_for_ready=True)


if __name__ == "__main__":
    print("\n" + measurements_table(main()))
