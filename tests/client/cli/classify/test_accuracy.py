"""`--labels-from-folders` and `--min-score`, compared with figures computed by hand."""

from pathlib import Path

import pytest

from lenet_client.cli.classify.accuracy import Accuracy
from lenet_client.cli.classify.confidence_interval import wilson_interval
from lenet_client.cli.output.record import Record
from tests.support.client.command import Command


def record(path: str, label: str, score: float = 0.5) -> Record:
    return Record(path, label, score, ((label, score),), None)


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    # Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_matches_published_values(right: int, total: int, low: float, high: float) -> None:
    assert list(wilson_interval(right, total)) == pytest.approx([low, high], abs=5e-5)


def test_the_report_has_the_expected_figures() -> None:
    accuracy = Accuracy()
    for index in range(8):
        accuracy.count(record(f"x/cat/{index}.png", "cat"))
    accuracy.count(record("x/cat/8.png", "dog", 0.6))
    accuracy.count(record("x/dog/0.png", "cat", 0.9))
    accuracy.count(record("dog/1.png", "dog"))
    accuracy.count(Record("x/dog/2.png", None, None, (), "not a picture"))
    head, matrix, labels, mistakes = accuracy.report().split("\n\n")
    assert head == "accuracy: 9 of 11 right: 81.82% (95 % confidence: 52.30% to 94.86%)"
    assert [line.split() for line in matrix.splitlines()[1:]] == [["cat", "8", "1"], ["dog", "1", "1"]]
    assert [line.split() for line in labels.splitlines()[1:]] == [
        ["cat", "9", "88.89%", "88.89%"],
        ["dog", "2", "50.00%", "50.00%"],
    ]
    assert mistakes.splitlines()[1:] == [
        "0.9000  dog taken for cat  x/dog/0.png",
        "0.6000  cat taken for dog  x/cat/8.png",
    ]


def test_only_the_worst_mistakes_are_kept() -> None:
    accuracy = Accuracy()
    for index in range(100):
        accuracy.count(record(f"x/a/{index}.png", "b", index / 100))
    mistakes = accuracy.report().split("\n\n")[-1].splitlines()[1:]
    assert [line.split()[0] for line in mistakes] == [f"{index / 100:.4f}" for index in range(99, 89, -1)]


def test_labels_that_are_only_true_or_only_predicted() -> None:
    accuracy = Accuracy()
    accuracy.count(record("x/a/0.png", "b"))
    labels = accuracy.report().split("\n\n")[2]
    assert [line.split() for line in labels.splitlines()[1:]] == [["a", "1", "–", "0.00%"], ["b", "0", "0.00%", "–"]]


def test_the_accuracy_is_printed_despite_quiet(command: Command, folder: Path) -> None:
    done = command("classify", folder, "--labels-from-folders", "--quiet")
    assert done.err.startswith("accuracy: ")
    assert "of 30 right" in done.err


def test_uncertain_results_are_marked_in_every_format(command: Command, folder: Path) -> None:
    done = command("classify", folder, "--min-score=0.99", "--format=csv")
    rows = [row.split(",") for row in done.out.splitlines()]
    assert rows[0] == ["path", "label", "score", "error", "uncertain"]
    uncertain = [row for row in rows[1:] if row[4] == "true"]
    assert all((float(row[2]) < 0.99) == (row[4] == "true") for row in rows[1:])
    assert 0 < len(uncertain) < 30
    assert f"30 pictures, {len(uncertain)} uncertain in" in done.err
    table = command("classify", folder, "--min-score=0.99").out.splitlines()[1:]
    assert [line[19] for line in table] == ["?" if row[4] == "true" else " " for row in rows[1:]]
    lines = command("classify", folder, "--min-score=0.99", "--format=jsonl").out.splitlines()
    assert ['"uncertain": true}' in line for line in lines] == [row[4] == "true" for row in rows[1:]]
