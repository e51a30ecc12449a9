"""Result tables are readable, and a disagreement is printed clearly."""

from lenet_trainer.cli.tables import accuracy_line, parity_lines
from lenet_trainer.export.verification import Agreement, ParityReport


def test_accuracy() -> None:
    assert accuracy_line(9918, 10_000) == "9,918 of 10,000 right: 99.18 %"


def test_disagreement() -> None:
    agreements = (
        Agreement(1, "NumPy", "PyTorch", 0, 1e-6),
        Agreement(1, "NumPy", "ONNX Runtime", 2, 0.25),
        Agreement(64, "NumPy", "PyTorch", 0, 2e-6),
        Agreement(64, "NumPy", "ONNX Runtime", 0, float("nan")),
    )
    assert [agreement.passed for agreement in agreements] == [True, False, True, False]
    lines = parity_lines(ParityReport("0" * 64, 1000, 990, agreements))
    assert [line.split() for line in lines[1:3]] == [["1", "1.0e-06", "2.5e-01"], ["64", "2.0e-06", "nan"]]
    assert lines[3].startswith("the implementations DISAGREE on 1,000 pictures: 2 different labels")
