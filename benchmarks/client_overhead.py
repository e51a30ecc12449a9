"""Measures the client library's overhead: client.classify(array) beside a bare stub with the same bytes.

    python -m benchmarks.client_overhead [--rounds 30] [--calls 500]

Both call one server, started here, one call after the other. Rounds are interleaved, so that a drift of the machine's
speed affects both; the figure is the median over the rounds of the ratio of their times within a round.
"""

import statistics
import time
from collections.abc import Callable, Sequence

import grpc
import numpy as np

from benchmarks import ours
from benchmarks.measurements import Measurement, measurements_table
from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_client import Client

BAR = 1.15


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure and return the ratio."""
    parser = ours.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--calls", type=int, default=500)
    arguments = parser.parse_args(argv)
    rounds, calls = (5, 200) if arguments.quick else (arguments.rounds, arguments.calls)
    array = np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)
    pixels = pb.Pixels(shape=array.shape, data=array.tobytes())
    request = pb.ClassifyRequest(images=[pb.Image(pixels=pixels)])
    with ours.serving(ours.flags(arguments)) as server:
        address = ours.address(server)
        with Client(address) as client, grpc.insecure_channel(address) as channel:
            stub = rpc.ClassifierStub(channel)

            def bare() -> object:
                return stub.Classify(request, timeout=10)

            def library() -> object:
                return client.classify(array)

            times = [(spent(bare, calls), spent(library, calls)) for _ in range(rounds + 1)][1:]
    ratio = statistics.median(ours_ / bare_ for bare_, ours_ in times)
    microseconds = [statistics.median(each) / calls * 1e6 for each in zip(*times, strict=True)]
    print(
        f"a call, median of {rounds} rounds of {calls}: stub {microseconds[0]:.0f} µs, client {microseconds[1]:.0f} µs"
    )
    return [Measurement("client.classify / bare stub", f"{ratio:.3f}", f"≤ {BAR}", ratio <= BAR)]


def spent(call: Callable[[], object], times: int) -> float:
    """Return the seconds that `times` calls take."""
    start = time.perf_counter()
    for _ in range(times):
        call()
    return time.perf_counter() - start


if __name__ == "__main__":
    print("\n" + measurements_table(main()))
