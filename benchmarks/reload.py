"""Measures p99 during a reload under full load, and at other times.

    python -m benchmarks.reload [--reloads 10]

64 calls of one image are in flight all the time while new versions of their model are published, one every few seconds,
under `--model-control poll`. A reload lasts from the rename of the new version's folder until the server's index lists
it as ready. Most of that may be the wait for the next poll, so the worst tenths of a second are compared as well.
"""

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import numpy as np
from numpy.typing import NDArray

from benchmarks import h2load, ours
from benchmarks.measurements import Measurement, measurements_table, table
from benchmarks.publishing import changed, publish
from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc

BAR = 2.0
AFTER_SECONDS = 0.2  # the old version is freed
PAUSE_SECONDS = 4.0
POLL_SECONDS = 0.02
SLICE_SECONDS = 0.1
RELOAD_TIMEOUT_SECONDS = 30.0
POLL = ("--model-control=poll", "--poll-seconds=1")


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure, print a table, and return the ratio of p99 during reloads to p99 at other times."""
    parser = ours.parser(__doc__)
    parser.add_argument("--reloads", type=int, default=10)
    arguments = parser.parse_args(argv)
    reloads = 2 if arguments.quick else arguments.reloads
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder, "models")
        publish(models, "lenet", 1, ours.MODEL.read_bytes())
        with ours.serving([*ours.flags(arguments), *POLL], models) as server:
            ours.warm_up(server, seconds=1)
            seconds = reloads * (PAUSE_SECONDS + 2)
            with ThreadPoolExecutor(1) as pool:
                load = pool.submit(h2load.put, h2load.SATURATION, ours.address(server), seconds=seconds)
                times = reload_often(ours.address(server), models, reloads)
                result = load.result()
    return compared(result, times)


def reload_often(address: str, models: Path, count: int) -> list[tuple[float, float]]:
    """Publish versions 2, 3 …; return when each was published and when it was ready (Unix time)."""
    times = []
    with grpc.insecure_channel(address) as channel:
        index = rpc.GRPCInferenceServiceStub(channel).RepositoryIndex
        for version in range(2, count + 2):
            content = changed(ours.MODEL, version)
            time.sleep(PAUSE_SECONDS)
            begin = time.time()
            publish(models, "lenet", version, content)
            while not any(
                (each.version, each.state) == (str(version), "READY")
                for each in index(pb.RepositoryIndexRequest(ready=True), timeout=10).models
            ):
                if time.time() - begin > RELOAD_TIMEOUT_SECONDS:
                    raise TimeoutError(f"version {version} was not served within {RELOAD_TIMEOUT_SECONDS:.0f} s")
                time.sleep(POLL_SECONDS)
            times.append((begin, time.time() + AFTER_SECONDS))
    return times


def compared(result: h2load.Result, times: Sequence[tuple[float, float]]) -> list[Measurement]:
    """Compare the calls during a reload, even for a part of their time, with all others."""
    ended = result.started + result.seconds
    during = np.zeros(len(ended), bool)
    for begin, end in times:
        during |= (ended >= begin) & (result.started <= end)
    rows = {"at other times": _figures(result, ~during), "during a reload": _figures(result, during)}
    head = ["calls", "count", "p50, ms", "p99, ms", "max, ms", "p99 of the worst 100 ms"]
    print(table(head, ([name, f"{row[0]:.0f}", *(f"{ms:.2f}" for ms in row[1:])] for name, row in rows.items())))
    quiet, busy = rows.values()
    ratio, worst = busy[2] / quiet[2], busy[4] / quiet[4]
    lasted = np.median([end - begin - AFTER_SECONDS for begin, end in times])
    return [
        Measurement("p99 during reloads / at other times", f"× {ratio:.2f}", f"< {BAR:.0f}", ratio < BAR),
        Measurement("p99 of the worst 100 ms during reloads / at other times", f"× {worst:.2f}"),
        Measurement("publication to ready, with the wait for the poll, median", f"{lasted:.2f} s"),
    ]


def _figures(result: h2load.Result, chosen: NDArray[np.bool_]) -> list[float]:
    """Return the count; p50, p99 and maximum in ms; and the largest p99 of any tenth of a second, in ms."""
    milliseconds = result.seconds[chosen] * 1000
    slices = ((result.started + result.seconds)[chosen] / SLICE_SECONDS).astype(np.int64)
    worst = max(float(np.percentile(milliseconds[slices == each], 99)) for each in np.unique(slices))
    p50, p99 = np.percentile(milliseconds, [50, 99])
    return [len(milliseconds), float(p50), float(p99), float(milliseconds.max()), worst]


if __name__ == "__main__":
    print("\n" + measurements_table(main()))
