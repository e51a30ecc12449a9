"""Puts results into the lines that commands print on stdout."""

from lenet_trainer.card import percent
from lenet_trainer.verify import TOLERANCE, ParityReport


def accuracy_line(right: int, images: int) -> str:
    """How many were right, in numbers and per cent: 9,918 of 10,000 right: 99.18 %."""
    return f"{right:,} of {images:,} right: {percent(right / images)}"


def parity_lines(parity: ParityReport) -> list[str]:
    """A table of the largest differences: a line per batch size, a column per pair of implementations."""
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
