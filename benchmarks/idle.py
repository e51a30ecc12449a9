"""Measures the processor time of an idle server.

    python -m benchmarks.idle [--seconds 30]

Counts the processor time and the wake-ups of all processes of the server while nothing is sent, after a load that has
used every part. A connection stays open, like an idle client's.
"""

import time
from collections.abc import Sequence

import grpc

from benchmarks import call, ours
from benchmarks.measurements import Measurement, measurements_table
from benchmarks.process_tree import cpu_seconds, wake_ups
from lenet.inference import grpc_service_pb2_grpc as rpc

BAR = 0.002  # of one core: the cost of a few timer ticks a second
SETTLE_SECONDS = 3


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure and return the share of a core."""
    parser = ours.parser(__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args(argv)
    seconds = 3.0 if arguments.quick else arguments.seconds
    with ours.serving(ours.flags(arguments)) as server, grpc.insecure_channel(ours.address(server)) as channel:
        ours.warm_up(server, seconds=1 if arguments.quick else 5)
        rpc.GRPCInferenceServiceStub(channel).ModelInfer(call.request(1), timeout=10)
        time.sleep(SETTLE_SECONDS)  # let the load drain
        pid = server.process.pid
        took, woken = cpu_seconds(pid), wake_ups(pid)
        time.sleep(seconds)
        took, woken = cpu_seconds(pid) - took, wake_ups(pid) - woken
    share = took / seconds
    return [
        Measurement(
            f"processor time over {seconds:.0f} idle seconds",
            f"{took:.3f} s = {share:.2%} of a core",
            f"≤ {BAR:.1%}",
            share <= BAR,
        ),
        Measurement("wake-ups a second, idle", f"{woken / seconds:.0f}"),
    ]


if __name__ == "__main__":
    print("\n" + measurements_table(main()))
