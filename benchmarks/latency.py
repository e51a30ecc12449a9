"""Measures latency at half of the saturation load: ours, and Triton's beside it.

    python -m benchmarks.latency                        # starts both
    python -m benchmarks.latency --ours HOST:PORT --triton HOST:PORT
    python -m benchmarks.latency --triton none          # ours alone

First each server's saturation: responses a second with 64 calls of one image in flight, from the same client. Then
calls of one image arrive at random moments (open_loop.py): at half of the server's own saturation, limited to what the
client can send on time, and at half of the slower server's, the same load for both. Rounds are interleaved; the figures
are medians over the rounds.
"""

from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks import open_loop, ours, triton
from benchmarks.measurements import PERCENTILE_NAMES, Measurement, measurements_table, medians, percentiles, table

# Calls a second. At 12,000, on the server's own two cores, the client falls behind and a queue fills.
MAX_CALLS = 7000
P50, P99 = PERCENTILE_NAMES.index("p50"), PERCENTILE_NAMES.index("p99")


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Measure, print a table for each load, and return p50 and p99."""
    parser = ours.parser(__doc__)
    parser.add_argument("--ours", metavar="HOST:PORT", help="a server of ours that is already running")
    parser.add_argument("--triton", default="start", metavar="HOST:PORT|start|none")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20, help="of each round")
    arguments = parser.parse_args(argv)
    rounds, seconds = (1, 1.0) if arguments.quick else (arguments.rounds, arguments.seconds)
    with ExitStack() as stack:
        servers: dict[str, str] = {}
        servers["ours"] = arguments.ours or ours.address(stack.enter_context(ours.serving(ours.flags(arguments))))
        if arguments.triton == "start":
            servers["triton"] = stack.enter_context(triton.serving())
        elif arguments.triton != "none":
            servers["triton"] = arguments.triton
        saturation = _saturation(servers, rounds, min(seconds, 5))
        halves = {name: min(rate / 2, MAX_CALLS) for name, rate in saturation.items()}
        load = f"half of its own saturation, {MAX_CALLS:,} calls a second at most"
        measurements = _measured(load, servers, halves, rounds, seconds)
        if "triton" in servers:
            lowest = dict.fromkeys(servers, min(saturation.values()) / 2)
            measurements += _measured("half of the slower one's saturation", servers, lowest, rounds, seconds)
    return measurements


def _saturation(servers: dict[str, str], rounds: int, seconds: float) -> dict[str, float]:
    """Return the calls a second of each server with 64 in flight."""
    rates = [[open_loop.saturation(each, seconds) for each in servers.values()] for _ in range(rounds)]
    found = dict(zip(servers, medians(rates), strict=True))
    print("Saturation:", ", ".join(f"{name} {rate:.0f} calls/s" for name, rate in found.items()))
    return found


def _measured(
    load: str, servers: dict[str, str], rates: dict[str, float], rounds: int, seconds: float
) -> list[Measurement]:
    """Print the percentiles of each server at its rate, and return ours."""
    rows: dict[str, list[list[float]]] = {name: [] for name in servers}
    for number in range(rounds):
        for name, address in servers.items():
            result = open_loop.put(open_loop.Arrivals(rates[name], seconds), address, seed=1000 * number)
            rows[name].append([*percentiles(result.seconds), percentiles(result.late)[P99]])
    figures = {name: medians(each) for name, each in rows.items()}
    print(f"\nAt {load} (ms from a call's scheduled moment):\n")
    head = ["server", "calls/s", *PERCENTILE_NAMES, "sent late, p99"]
    print(table(head, ([name, f"{rates[name]:.0f}", *(f"{ms:.2f}" for ms in row)] for name, row in figures.items())))
    measurements = []
    for name, column in (("p50", P50), ("p99", P99)):
        mine = figures["ours"][column]
        theirs = figures["triton"][column] if "triton" in figures else None
        bar = f"≤ {theirs:.2f} ms, Triton's (× {mine / theirs:.2f})" if theirs else ""
        met = mine <= theirs if theirs else None
        measurements.append(Measurement(f"{name} at {load}", f"{mine:.2f} ms", bar, met))
    return measurements


if __name__ == "__main__":
    print("\n" + measurements_table(main()))
