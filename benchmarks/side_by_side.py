"""Measures throughput beside Triton, MLServer and bare ONNX Runtime, with each transport.

    python -m benchmarks.side_by_side --program PATH [--output figures.md]

PATH (or the environment's LENET_SIDE_BY_SIDE) is the program `side-by-side`, which is not part of this repository: it
starts the peers and sends the same load to all servers, in interleaved rounds. This command starts our server with its
default settings, once for each transport, and compares the ratios with the bars.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import ours
from benchmarks.measurements import Measurement, measurements_table, table

TRANSPORTS = ("native", "grpcio")
# Lower limits of ours / Triton, by the program's names of the loads.
BARS = {
    "1 image, 1 in flight": {"native": 1.3, "grpcio": 0.9},
    "1 image, 64 in flight": {"native": 2.2, "grpcio": 0.7},
    "8 images, 16 in flight": {"native": 1.5, "grpcio": 1.0},
    "64 images, 8 in flight": {"native": 1.2, "grpcio": 1.0},
}
MLSERVER_BAR = 3.0
Figures = dict[str, dict[str, list[float]]]  # load → server → responses a second in each round


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure, print and write a table for each transport, and return the ratios that have a bar."""
    parser = ours.parser(__doc__)
    parser.add_argument("--program", type=Path, default=os.environ.get("LENET_SIDE_BY_SIDE"), metavar="PATH")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default="triton,mlserver,onnxruntime")
    parser.add_argument("--output", type=Path, help="write the tables here as well, as Markdown")
    arguments = parser.parse_args(argv)
    if not arguments.program:
        sys.exit("name the program side-by-side: --program PATH, or LENET_SIDE_BY_SIDE")
    transports = [arguments.transport] if arguments.transport else TRANSPORTS
    rounds = 1 if arguments.quick else arguments.rounds
    measurements, parts = [], []
    for transport in transports:
        arguments.transport = transport
        with ours.serving(ours.flags(arguments)) as server:
            figures = run(arguments.program, ours.address(server), arguments.peers, rounds, arguments.quick)
        parts.append(f"### {transport}\n\n{figures_table(figures, transport)}")
        measurements += judged(figures, transport)
    text = "\n\n".join(parts)
    print("\n" + text)
    if arguments.output:
        arguments.output.write_text(text + "\n")
    return measurements


def run(program: Path, address: str, peers: str, rounds: int, quick: bool) -> Figures:
    """Run the program against our server at HOST:PORT; its own output goes to standard output."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "figures.json")
        flags = [f"--model={ours.MODEL}", f"--ours={address}", f"--rounds={rounds}", f"--peers={peers}"]
        flags += [f"--json={output}", *(["--loads=1,4"] if quick else [])]
        subprocess.run([sys.executable, program, *flags], check=True)
        figures: Figures = json.loads(output.read_text())
    return figures


def figures_table(figures: Figures, transport: str) -> str:
    """Return a table of responses a second by load and server, median [min … max], with our ratios and the bar."""
    servers = list(next(iter(figures.values())))
    rows = []
    for load, rates in figures.items():
        cells = [f"{statistics.median(each):.0f} [{min(each):.0f} … {max(each):.0f}]" for each in rates.values()]
        ratios = [f"{_ratio(rates, peer):.2f}" for peer in servers if peer != "ours"]
        rows.append([load, *cells, *ratios, f"≥ {BARS[load][transport]}"])
    head = ["load", *servers, *(f"ours / {peer}" for peer in servers if peer != "ours"), "bar"]
    return table(head, rows)


def judged(figures: Figures, transport: str) -> list[Measurement]:
    """Return the ratios that have a bar."""
    measurements = []
    for load, rates in figures.items():
        for peer, least in (("triton", BARS[load][transport]), ("mlserver", MLSERVER_BAR)):
            if peer in rates:
                ratio = _ratio(rates, peer)
                measurements.append(
                    Measurement(f"{transport}, {load}: ours / {peer}", f"{ratio:.2f}", f"≥ {least}", ratio >= least)
                )
    return measurements


def _ratio(rates: dict[str, list[float]], peer: str) -> float:
    return statistics.median(rates["ours"]) / statistics.median(rates[peer])


if __name__ == "__main__":
    print("\n" + measurements_table(main()))
