"""How the next bundled model is to be trained; what is chosen here is chosen on validation pictures."""

from dataclasses import replace
from pathlib import Path

from lenet_trainer.settings import TrainSettings


def recipe(data_dir: Path, seed: int) -> TrainSettings:
    """The lecture's network, taught by a larger one, on distorted pictures of the 60,000."""
    return TrainSettings(
        dataset="mnist",
        data_dir=data_dir,
        seed=seed,
        epochs=120,
        batch_size=128,
        learning_rate=0.01,
        weight_decay=0.05,
        shift_pixels=1.0,
        rotation_degrees=10.0,
        zoom=0.1,
        shear=0.1,
        elastic_pixels=0.4,
        average_decay=0.999,
        teacher_epochs=16,
        lessons=16,
        temperature=2.0,
        compile=True,
        device="cpu",
        resume=True,
    )


def teacher_recipe(data_dir: Path) -> TrainSettings:
    """The teacher of all seeds, with distortions a little stronger than its pupils'."""
    return replace(recipe(data_dir, 0), shift_pixels=1.5, elastic_pixels=0.5)
