"""How often the model is right, where each picture's folder is named by its true label."""

from collections import Counter
from pathlib import PurePath

from lenet_client.cli.record import Record

CORNER = "true / predicted"


class Accuracy:
    """Counts right and wrong answers. Memory: one number for each pair of labels that occurred."""

    def __init__(self) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()  # (true label, predicted label)

    def count(self, record: Record) -> None:
        """Take one result into account; a picture without a prediction counts as neither."""
        if record.label is not None:
            self._pairs[PurePath(record.path).parent.name, record.label] += 1

    def report(self) -> str:
        """The accuracy and the confusion matrix, as text."""
        total = self._pairs.total()
        if not total:
            return "accuracy: no picture was classified"
        right = sum(count for (truth, label), count in self._pairs.items() if truth == label)
        return f"accuracy: {right:,} of {total:,} right: {right / total:.2%}\n\n{self._matrix()}"

    def _matrix(self) -> str:
        truths = sorted({truth for truth, _ in self._pairs})
        labels = sorted({label for _, label in self._pairs} | set(truths))
        width = max(len(str(self._pairs.most_common(1)[0][1])), *map(len, labels)) + 2
        edge = max(len(CORNER), *map(len, truths))
        lines = [f"{CORNER:<{edge}}" + "".join(f"{label:>{width}}" for label in labels)]
        for truth in truths:
            counts = "".join(f"{self._pairs[truth, label] or '·':>{width}}" for label in labels)
            lines.append(f"{truth:<{edge}}{counts}")
        return "\n".join(lines)
