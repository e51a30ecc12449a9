"""Formats an evaluation as the lines that `evaluate` prints."""

from collections.abc import Sequence

from lenet_trainer.cli.tables import accuracy_line, columns
from lenet_trainer.metrics.evaluation import Evaluation
from lenet_trainer.metrics.shifts import DIRECTIONS, SHIFT_PIXELS
from lenet_trainer.percent import percent

MAX_LABELS = 26  # the alphabet: a confusion matrix of more does not fit a terminal
MISTAKES = 10  # printed


def evaluation_lines(result: Evaluation, labels: Sequence[str]) -> list[str]:
    """Return all results, accuracy first."""
    low, high = percent(result.interval.low), percent(result.interval.high)
    measured = result.calibration
    lines = [f"{accuracy_line(result.right, result.images)}, with 95 % confidence from {low} to {high}", ""]
    lines += class_lines(result)
    if len(labels) <= MAX_LABELS:
        lines += ["", "rows: true label, columns: given label", *confusion_lines(result, labels)]
    lines += [
        "",
        f"calibration: mean score {percent(measured.mean_score)}, expected calibration error {percent(measured.error)}",
        "",
        *shift_lines(result),
    ]
    if result.mistakes:
        lines += ["", "the worst mistakes", *mistake_lines(result)]
    return lines


def class_lines(result: Evaluation) -> list[str]:
    """Return precision and recall of each label."""
    rows = [
        (item.label, f"{item.images:,}", f"{item.right:,}", share(item.precision), share(item.recall))
        for item in result.classes
    ]
    return columns(("label", "pictures", "right", "precision", "recall"), rows, right=(1, 2, 3, 4))


def confusion_lines(result: Evaluation, labels: Sequence[str]) -> list[str]:
    """Return the confusion matrix, with dots for 0."""
    rows = [[label, *(str(cell or "·") for cell in row)] for label, row in zip(labels, result.confusion, strict=True)]
    return columns(["", *labels], rows, right=range(1, len(labels) + 1))


def shift_lines(result: Evaluation) -> list[str]:
    """Return the accuracy on shifted images, a line for each distance."""
    rows = [("0", *[percent(result.accuracy)] * len(DIRECTIONS))]
    for pixels in SHIFT_PIXELS:
        rows.append((str(pixels), *(percent(item.accuracy) for item in result.shifts if item.pixels == pixels)))
    return columns(("moved by", *DIRECTIONS), rows, right=range(5))


def mistake_lines(result: Evaluation) -> list[str]:
    """Return the worst mistakes."""
    rows = [
        (str(item.index), item.label, item.predicted, f"{item.score:.4f}", f"{item.label_score:.4f}")
        for item in result.mistakes[:MISTAKES]
    ]
    heading = ("picture", "label", "given", "score of given", "score of label")
    return columns(heading, rows, right=(0, 3, 4))


def share(value: float | None) -> str:
    """Return a share in per cent, or a dash for None."""
    return "–" if value is None else percent(value)
