"""Formats results as the lines that commands print on stdout."""

from collections.abc import Sequence

from lenet_trainer.export.verification import TOLERANCE, ParityReport
from lenet_trainer.lecture.weight_counts import WeightCount
from lenet_trainer.networks.layer_table import Layer
from lenet_trainer.percent import percent


def accuracy_line(right: int, images: int) -> str:
    """Return the accuracy in numbers and per cent: 9,918 of 10,000 right: 99.18 %."""
    return f"{right:,} of {images:,} right: {percent(right / images)}"


def columns(heading: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Return a table with two spaces between columns; those with indices in `right` are right-aligned."""
    widths = [max(map(len, cells)) for cells in zip(heading, *rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (heading, *rows)
    ]


def summary_lines(layers: Sequence[Layer], input_shape: tuple[int, ...]) -> list[str]:
    """Return the table of the layers, with totals."""
    rows = [
        (
            layer.name,
            layer.description,
            "×".join(map(str, layer.output_shape)),
            layer.formula,
            f"{layer.parameters:,}",
            f"{layer.multiply_accumulates:,}",
            "×".join(map(str, layer.receptive_field)),
        )
        for layer in layers
    ]
    parameters = sum(layer.parameters for layer in layers)
    work = sum(layer.multiply_accumulates for layer in layers)
    total = ("total", "", "", "", f"{parameters:,}", f"{work:,}", "")
    picture = ("image", "", "×".join(map(str, input_shape)), "", "", "", "")
    heading = ("layer", "what it does", "output", "⌊(n − k + p + s) / s⌋", "parameters", "multiply-adds", "sees")
    return columns(heading, [picture, *rows, total], right=(4, 5, 6))


def weight_count_lines(costs: Sequence[WeightCount]) -> list[str]:
    """Return the table of weights of fully connected layers and of filters."""
    rows = [(cost.layer, cost.arithmetic, f"{cost.parameters:,}") for cost in costs]
    return columns(("one layer", "weights and biases", "parameters"), rows, right=(2,))


def parity_lines(parity: ParityReport) -> list[str]:
    """Return a table of the largest differences: a line per batch size, a column per pair of implementations."""
    pairs = dict.fromkeys(f"{item.first} – {item.second}" for item in parity.agreements)
    lines = ["batch size  " + "  ".join(f"{pair:>22}" for pair in pairs)]
    for batch_size in dict.fromkeys(item.batch_size for item in parity.agreements):
        row = [item for item in parity.agreements if item.batch_size == batch_size]
        lines.append(f"{batch_size:>10}  " + "  ".join(f"{item.largest_difference:>22.1e}" for item in row))
    different = sum(item.different_labels for item in parity.agreements)
    verdict = "agree" if parity.passed else "DISAGREE"
    lines.append(
        f"the implementations {verdict} on {parity.images:,} pictures: "
        f"{different:,} different labels, {TOLERANCE:.0e} allowed between probabilities"
    )
    return lines
