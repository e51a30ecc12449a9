"""Compares the tiled graph with the plain one: in ONNX Runtime alone, and in the server.

    python -m benchmarks.graph [--rounds 15] [--model MODEL.onnx] [--threads 1] [--no-server]

Both files have the weights of one model. Rounds are interleaved; each figure is the median over the rounds of the ratio
within a round. ONNX Runtime: processor time, one thread on one core unless --threads says otherwise. Server: two
servers with default settings stand beside each other, and h2load puts its load on them in turns.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from benchmarks import h2load, ours
from benchmarks.measurements import Measurement, measurements_table, table
from lenet_trainer.export.model_file import ModelFile, read_model
from lenet_trainer.export.onnx_graph import export

FORMS = ("plain", "tiled")
SIZES = (1, 2, 4, 8, 16, 64)
RUNTIME_BARS = {1: 0.80, 8: 0.63, 64: 0.56}  # tiled / plain, by images in a batch: at most
SERVER_BARS = {  # tiled / plain, in responses a second: at least
    h2load.SATURATION: 1.15,
    h2load.Load(images=8, connections=4, streams=4): 1.45,
    h2load.Load(images=64, connections=4, streams=2): 1.75,
}
SECONDS_A_ROUND = 0.03  # of one form in ONNX Runtime
Run = Callable[[NDArray[np.uint8]], object]


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure and return each ratio that has a bar."""
    parser = ours.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="of ONNX Runtime; a fifth of them of the servers")
    parser.add_argument("--seconds", type=float, default=3.0, help="of load on a server in a round")
    parser.add_argument("--model", type=Path, default=ours.MODEL)
    parser.add_argument("--threads", type=int, default=1, help="of ONNX Runtime; more than one are not pinned")
    parser.add_argument("--no-server", action="store_true", help="measure ONNX Runtime alone")
    arguments = parser.parse_args(argv)
    model = read_model(arguments.model)
    network = model.network()
    contents = {form: export(network, model.metadata, form) for form in FORMS}
    rounds = 3 if arguments.quick else arguments.rounds
    measurements = in_runtime(contents, model, rounds, arguments.threads)
    if not arguments.no_server:
        seconds = 1.0 if arguments.quick else arguments.seconds
        measurements += in_server(contents, max(1, rounds // 5), seconds, ours.flags(arguments))
    return measurements


def in_runtime(contents: dict[str, bytes], model: ModelFile, rounds: int, threads: int) -> list[Measurement]:
    """Measure both forms in ONNX Runtime; print microseconds an image and return the ratios."""
    cores = os.sched_getaffinity(0)
    if threads == 1:
        os.sched_setaffinity(0, {min(cores)})
    try:
        runs = {form: session_run(content, threads) for form, content in contents.items()}
        times = {size: interleaved(runs, images(model, size), rounds) for size in SIZES}
    finally:
        os.sched_setaffinity(0, cores)
    rows = []
    for form in FORMS:
        cells = [f"{statistics.median(round_[form] for round_ in times[size]) / size * 1e6:.1f}" for size in SIZES]
        rows.append([f"{form}, µs an image", *cells])
    ratios = {size: statistics.median(each["tiled"] / each["plain"] for each in times[size]) for size in SIZES}
    rows.append(["tiled / plain", *(f"{ratios[size]:.2f}" for size in SIZES)])
    print(table([f"images in a batch, {threads} thread{'s' * (threads > 1)}", *map(str, SIZES)], rows), flush=True)
    return [
        Measurement(
            f"ONNX Runtime, {size} images: tiled / plain", f"{ratios[size]:.2f}", f"≤ {bar}", ratios[size] <= bar
        )
        for size, bar in RUNTIME_BARS.items()
        if threads == 1
    ]


def session_run(content: bytes, threads: int) -> Run:
    """Return what runs a model as the server does."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return lambda batch: session.run(["probabilities", "logits"], {"image": batch})


def images(model: ModelFile, number: int) -> NDArray[np.uint8]:
    """Return random images uint8 [N, C, H, W]: the computation takes as long for any others."""
    return np.random.default_rng(0).integers(0, 256, (number, *model.image_shape), dtype=np.uint8)


def interleaved(runs: dict[str, Run], batch: NDArray[np.uint8], rounds: int) -> list[dict[str, float]]:
    """Return the seconds that a run of each form takes, in each round; the forms take turns at being first."""
    first = max(seconds(run, batch, 3) for run in runs.values())  # the first runs allocate
    repetitions = max(1, int(SECONDS_A_ROUND / first))
    orders = [list(runs), list(reversed(runs))]
    return [{form: seconds(runs[form], batch, repetitions) for form in orders[each % 2]} for each in range(rounds)]


def seconds(run: Run, batch: NDArray[np.uint8], repetitions: int) -> float:
    """Return the processor time of one run, of all threads, as a mean over `repetitions`."""
    started = time.process_time()
    for _ in range(repetitions):
        run(batch)
    return (time.process_time() - started) / repetitions


def in_server(
    contents: dict[str, bytes], rounds: int, seconds_each: float, server_flags: Sequence[str]
) -> list[Measurement]:
    """Put each load on a server with each form, in turns; print responses a second and return the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        for form, content in contents.items():
            version = Path(folder, form, "lenet", "1")
            version.mkdir(parents=True)
            (version / "model.onnx").write_bytes(content)
        with (
            ours.serving(server_flags, Path(folder, "plain")) as plain,
            ours.serving(server_flags, Path(folder, "tiled")) as tiled,
        ):
            rows, measurements = [], []
            for load, bar in SERVER_BARS.items():
                rates = [
                    [h2load.put(load, ours.address(each), seconds=seconds_each).rate for each in (plain, tiled)]
                    for _ in range(rounds)
                ]
                ratio = statistics.median(new / old for old, new in rates)
                medians = [statistics.median(each) for each in zip(*rates, strict=True)]
                rows.append([str(load), *(f"{each:,.0f}" for each in medians), f"{ratio:.2f}"])
                measurements.append(
                    Measurement(f"server, {load}: tiled / plain", f"{ratio:.2f}", f"≥ {bar}", ratio >= bar)
                )
    print("\n" + table(["responses a second", "plain", "tiled", "tiled / plain"], rows), flush=True)
    return measurements


if __name__ == "__main__":
    print("\n" + measurements_table(main()))
