"""How often the model is right, where each picture's folder is named by its true label."""

import heapq
from collections import Counter

from lenet_client.cli.classify.confidence_interval import wilson_interval
from lenet_client.cli.output.record import Record

CORNER = "true / predicted"
WORST = 10  # mistakes that are listed


class Accuracy:
    """Counts right and wrong answers. Memory: one number for each pair of labels that occurred, and a few mistakes."""

    def __init__(self) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()  # (true label, predicted label)
        self._worst: list[tuple[float, str, str, str]] = []  # a heap of (score, path, true label, predicted label)

    def count(self, record: Record) -> None:
        """Take one result into account; a picture without a prediction counts as neither."""
        path, label, score = record[:3]
        if label is None or score is None:
            return
        truth = ("/" + path).rsplit("/", 2)[-2]  # a Path for each of a million pictures costs seconds
        self._pairs[truth, label] += 1
        if truth != label and (len(self._worst) < WORST or score > self._worst[0][0]):
            mistake = (score, path, truth, label)
            (heapq.heappush if len(self._worst) < WORST else heapq.heappushpop)(self._worst, mistake)

    def report(self) -> str:
        """The accuracy, the confusion matrix, a line for each label and the worst mistakes, as text."""
        total = self._pairs.total()
        if not total:
            return "accuracy: no picture was classified"
        right = sum(count for (truth, label), count in self._pairs.items() if truth == label)
        low, high = wilson_interval(right, total)
        head = f"accuracy: {right:,} of {total:,} right: {right / total:.2%} (95 % confidence: {low:.2%} to {high:.2%})"
        return "\n\n".join(part for part in (head, self._matrix(), self._labels(), self._mistakes()) if part)

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

    def _labels(self) -> str:
        """Precision: of those that were called so, how many are. Recall: of those that are, how many were called so."""
        lines = [f"{'label':<12} {'pictures':>9} {'precision':>10} {'recall':>9}"]
        for label in sorted({label for pair in self._pairs for label in pair}):
            right = self._pairs[label, label]
            are = sum(count for (truth, _), count in self._pairs.items() if truth == label)
            called = sum(count for (_, predicted), count in self._pairs.items() if predicted == label)
            lines.append(f"{label:<12} {are:>9,} {_share(right, called):>10} {_share(right, are):>9}")
        return "\n".join(lines)

    def _mistakes(self) -> str:
        """Those of which the model was surest."""
        lines = [
            f"{score:.4f}  {truth} taken for {label}  {path}"
            for score, path, truth, label in sorted(self._worst, reverse=True)
        ]
        return "\n".join(["worst mistakes", *lines]) if lines else ""


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "–"
