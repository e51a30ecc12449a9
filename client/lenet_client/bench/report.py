"""The figures of loads as a table, as JSON, and as a chart."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from lenet_client.bench.measure import Figures


def table(all_figures: Sequence[Figures]) -> Table:
    """One row for each load; latencies in milliseconds."""
    opened = any(each.wanted_rate for each in all_figures)
    with_server = any(each.server for each in all_figures)
    names = list(all_figures[0].percentiles)
    head = ["calls/s wanted" if opened else "in flight", "answers/s", "images/s", *(f"{name} ms" for name in names)]
    head += ["longest", "errors", *(["sent late, p99"] if opened else [])]
    head += ["queue ms", "model ms", "batch"] if with_server else []
    rows = Table(*head, box=None)
    for column in rows.columns:
        column.justify = "right"
    for each in all_figures:
        row = [f"{each.wanted_rate:,.0f}" if opened else str(each.concurrency)]
        row += [f"{each.rate:,.0f}", f"{each.images_per_second:,.0f}", *map(_ms, each.percentiles.values())]
        row += [_ms(each.longest), _errors(each.errors), *([_ms(each.late)] if opened else [])]
        if with_server:
            row += (
                [_ms(each.server.queue_seconds), _ms(each.server.inference_seconds), f"{each.server.batch_images:.1f}"]
                if each.server
                else ["–"] * 3
            )
        rows.add_row(*row)
    return rows


def to_json(each: Figures) -> dict[str, Any]:
    """The figures of a load under names with units; null when there is no number."""
    return {
        "concurrency": each.concurrency or None,
        "wanted_calls_per_second": each.wanted_rate or None,
        "answers_per_second": each.rate,
        "images_per_second": each.images_per_second,
        "answers": each.answers,
        "errors": each.errors,
        "latency_seconds": {
            name: None if math.isnan(value) else value
            for name, value in {"mean": each.mean, **each.percentiles, "longest": each.longest}.items()
        },
        "sent_late_seconds_p99": each.late,
        "server": asdict(each.server) if each.server else None,
    }


def draw_chart(all_figures: Sequence[Figures], file: Path, title: str) -> None:
    """Draw latency over throughput as a PNG: the curves rise where the server is saturated."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    rates = [each.rate for each in all_figures]
    for name in ("p50", "p99", "p99.9"):
        axes.plot(rates, [each.percentiles[name] * 1000 for each in all_figures], marker="o", label=name)
    for each in all_figures:
        load = f"{each.wanted_rate:,.0f}/s" if each.wanted_rate else str(each.concurrency)
        axes.annotate(load, (each.rate, each.percentiles["p50"] * 1000), xytext=(4, -12), textcoords="offset points")
    axes.set(xlabel="answers a second", ylabel="latency, ms", title=title, yscale="log", xlim=(0, None))
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.savefig(file, format="png")


def _ms(seconds: float) -> str:
    return "–" if math.isnan(seconds) else f"{seconds * 1000:.2f}"


def _errors(errors: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in errors.items()) or "0"
