"""Train, publish, serve, write a folder of pictures, classify it, and compare."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.processes import run, server_process


@pytest.fixture(scope="module")
def dataset(data_dir: Path | None) -> list[str]:
    """Return the flags for MNIST, or for scikit-learn's digits if MNIST is not on this machine."""
    return ["--dataset=mnist", f"--data-dir={data_dir}"] if data_dir else ["--dataset=digits"]


def test_a_folder_of_pictures_gets_the_trainers_accuracy(dataset: list[str], tmp_path: Path) -> None:
    """Every test picture goes through files, gRPC and batches; the number of right labels is the trainer's."""
    model = ROOT / "models/lenet/1/model.onnx"
    evaluated = json.loads(run("lenet-trainer", "evaluate", model, *dataset, "--json").stdout)
    pictures = tmp_path / "pictures"
    written = run("lenet-trainer", "pictures", *dataset, "--split=test", "--output", pictures)
    assert written.returncode == 0, written.stderr
    output = tmp_path / "out.jsonl"
    flags = ("--format=jsonl", "--labels-from-folders", "--output", output)
    with server_process(f"--model-repository={ROOT / 'models'}") as server:
        done = run("lenet", "classify", pictures, *flags, "--server", f"127.0.0.1:{server.grpc_port}")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in output.read_text().splitlines()]
    assert len(records) == evaluated["images"] == len(list(pictures.rglob("*.png")))
    right = sum(Path(each["path"]).parent.name == each["label"] for each in records)
    assert right == evaluated["right"]
    assert f"{right:,} of {len(records):,} right" in done.stderr


def test_a_newly_trained_model_is_served(tmp_path: Path, samples: dict[Path, str]) -> None:
    models = tmp_path / "models"
    flags = ("--dataset=digits", "--max-steps=40", "--threads=1", "--output", models / "digits")
    trained = run("lenet-trainer", "train", *flags)
    assert trained.returncode == 0, trained.stderr
    assert trained.stdout.splitlines()[-1].endswith("digits/1")
    with server_process(f"--model-repository={models}") as server:
        done = run("lenet", "classify", *samples, "--format=csv", "--server", f"127.0.0.1:{server.grpc_port}")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1 + len(samples)


def test_the_demo_succeeds() -> None:
    done = run("python", ROOT / "examples/demo.py", env={**os.environ, "COLUMNS": "100"})
    assert done.returncode == 0, done.stderr
    right = re.search(r"(\d+) of 30 right", done.stdout)
    assert right
    assert int(right[1]) >= 27
