"""`--labels-from-folders`: accuracy, confusion matrix, precision and recall, with folder names as true labels."""

import heapq
from collections import Counter

from lenet_client.cli.classify.confidence_interval import wilson_interval
from lenet_client.cli.output.record import Record

CORNER = "true / predicted"
WORST = 10  # wrong predictions listed, those with the highest scores


class Accuracy:
    """Counts (true, predicted) pairs of labels, and keeps the WORST wrong predictions: memory stays small."""

    def __init__(self) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()  # (true label, predicted label)
        self._worst: list[tuple[float, str, str, str]] = []  # a heap of (score, path, true label, predicted label)

    def count(self, record: Record) -> None:
        """Count one result; a picture without a prediction is not counted."""
        path, label, score = record[:3]
        if label is None or score is None:
            return
        truth = ("/" + path).rsplit("/", 2)[-2]  # Path would take seconds for a million pictures
        self._pairs[truth, label] += 1
        if truth != label and (len(self._worst) < WORST or score > self._worst[0][0]):
            mistake = (score, path, truth, label)
            (heapq.heappush if len(self._worst) < WORST else heapq.heappushpop)(self._worst, mistake)

    def report(self) -> str:
        """Accuracy, confusion matrix, precision and recall for each label, and the worst mistakes, as text."""
        total = self._pairs.total()
        if not total:
            return "accuracy: no picture was classified"
        right = sum(count for (truth, label), count in self._pairs.items() if truth == label)
        low, high = wilson_interval(right, total)
        head = f"accuracy: {right:,} of {total:,} right: {right / total:.2%} (95 % confidence: {low:.2%} to {high:.2%})"
        return "\n\n".join(part for part in (head, self._matrix(), self._per_label(), self._mistakes()) if part)

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

    def _per_label(self) -> str:
        """Precision is right / predicted, recall is right / true, for each label."""
        lines = [f"{'label':<12} {'pictures':>9} {'precision':>10} {'recall':>9}"]
        for label in sorted({label for pair in self._pairs for label in pair}):
            right = self._pairs[label, label]
            true = sum(count for (truth, _), count in self._pairs.items() if truth == label)
            predicted_so = sum(count for (_, predicted), count in self._pairs.items() if predicted == label)
            lines.append(f"{label:<12} {true:>9,} {_percent(right, predicted_so):>10} {_percent(right, true):>9}")
        return "\n".join(lines)

    def _mistakes(self) -> str:
        """The wrong predictions with the highest scores."""
        lines = [
            f"{score:.4f}  {truth} taken for {label}  {path}"
            for score, path, truth, label in sorted(self._worst, reverse=True)
        ]
        return "\n".join(["worst mistakes", *lines]) if lines else ""


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "–"
