"""The settings of the bundled model, chosen on validation images."""

from dataclasses import replace
from pathlib import Path

from lenet_trainer.settings import TrainSettings


def recipe(data_dir: Path, seed: int) -> TrainSettings:
    """Return the settings of the student: the lecture's network, distilled from a teacher, with augmentation."""
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
    """Return the settings of the teacher of all seeds, with slightly stronger augmentation than the student's."""
    return replace(recipe(data_dir, 0), shift_pixels=1.5, elastic_pixels=0.5)
