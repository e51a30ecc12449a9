"""The oldest supported ONNX Runtime reads the model files and gives the same results as the newest."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lenet_trainer.export.model_file import ModelFile
from lenet_trainer.export.onnx_runtime import OnnxRuntime
from tests.conftest import ROOT

SCRIPT = """
import sys
import numpy, onnxruntime
assert onnxruntime.__version__ == sys.argv[1], onnxruntime.__version__
session = onnxruntime.InferenceSession(sys.argv[2], providers=["CPUExecutionProvider"])
images = numpy.load(sys.argv[3])
numpy.save(sys.argv[4], session.run(["probabilities"], {"image": images})[0])
"""


@pytest.fixture(scope="module")
def oldest() -> str:
    """The version that both projects name as their floor, with its patch number."""
    floors = {
        re.findall(r'"onnxruntime>=([\d.]+)"', (ROOT / project / "pyproject.toml").read_text())[0]
        for project in ("trainer", "server")
    }
    assert len(floors) == 1
    return f"{floors.pop()}.0"


@pytest.fixture(scope="module")
def packages(oldest: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with that ONNX Runtime alone; what else it needs is in this environment."""
    folder = tmp_path_factory.mktemp("oldest")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*install, "--target", folder, f"onnxruntime=={oldest}"], check=True, timeout=110)
    return folder


def answers(packages: Path, oldest: str, model: Path, images: NDArray[np.uint8], folder: Path) -> NDArray[np.float32]:
    """What the oldest ONNX Runtime makes of images uint8 [N, C, H, W]."""
    np.save(folder / "images.npy", images)
    arguments: list[str | Path] = [oldest, model, folder / "images.npy", folder / "probabilities.npy"]
    subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], env={"PYTHONPATH": str(packages)}, check=True, timeout=60
    )
    found: NDArray[np.float32] = np.load(folder / "probabilities.npy")
    return found


def test_a_fresh_model(
    packages: Path, oldest: str, model: ModelFile, digits: NDArray[np.uint8], tmp_path: Path
) -> None:
    (tmp_path / "model.onnx").write_bytes(model.content)
    found = answers(packages, oldest, tmp_path / "model.onnx", digits, tmp_path)
    np.testing.assert_allclose(found, OnnxRuntime(model.content).probabilities(digits, 64), atol=1e-5)


def test_the_bundled_model(packages: Path, oldest: str, digits: NDArray[np.uint8], tmp_path: Path) -> None:
    bundled = ROOT / "models" / "lenet" / "1" / "model.onnx"
    found = answers(packages, oldest, bundled, digits, tmp_path)
    np.testing.assert_allclose(found, OnnxRuntime(bundled.read_bytes()).probabilities(digits, 64), atol=1e-5)
