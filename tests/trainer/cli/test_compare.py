"""`lenet-trainer compare`, on a few digits."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lenet_trainer.baselines.estimator import ComparisonResult
from lenet_trainer.cli import main
from lenet_trainer.cli.comparison_table import comparison_lines
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.idx import serialise
from lenet_trainer.metrics.confidence_interval import wilson


@pytest.fixture
def few(small_digits: Dataset, tmp_path: Path) -> Path:
    """A tenth of the digits as IDX files."""
    folder = tmp_path / "few"
    folder.mkdir()
    for prefix, split in (("train", "train"), ("t10k", "test")):
        images, labels = small_digits.split(split)
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(serialise(images[::10, 0]))
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(serialise(labels[::10].astype(np.uint8)))
    return folder


def test_table_json_and_chart(few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    threads = torch.get_num_threads()
    flags = ["--data-dir", str(few), "--epochs", "1", "--threads", "1", "--output", str(tmp_path), "--json"]
    assert main(["compare", "--dataset", "idx", *flags]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert json.loads((tmp_path / "comparison.json").read_text()) == report
    assert (report["dataset"], report["train_images"], report["test_images"]) == ("few", 144, 36)
    assert len(report["results"]) == 11
    assert "SVM, Gaussian: error " in err
    assert (tmp_path / "comparison.png").stat().st_size > 10_000
    assert torch.get_num_threads() == threads


def test_lines() -> None:
    result = ComparisonResult(
        "LeNet", True, 1000, 10, 0.01, wilson(10, 1000), 0.12, 61_706, None, 251_000, 29.41, 52e-6
    )
    heading, line = comparison_lines([result])
    assert heading.split()[:2] == ["method", "error"]
    figures = "LeNet 1.00 % 0.54 – 1.83 % 12.00 % 61,706 – 251 kB 29.4 s 52 µs"
    assert line.split() == figures.split()
