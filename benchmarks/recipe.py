"""How the bundled model is trained: chosen on validation pictures, as docs/training.md tells."""

from pathlib import Path

from lenet_trainer.settings import TrainSettings


def recipe(data_dir: Path, seed: int) -> TrainSettings:
    """The lecture's network, taught by a larger one, on distorted pictures of the 60,000."""
    return TrainSettings(
        dataset="mnist",
        data_dir=data_dir,
        seed=seed,
        epochs=60,
        batch_size=256,
        learning_rate=0.01,
        shift_pixels=2.0,
        rotation_degrees=12.0,
        zoom=0.15,
        shear=0.15,
        elastic_pixels=1.0,
        average_decay=0.999,
        teacher_epochs=10,
        lessons=24,
        temperature=2.0,
        device="cpu",
        resume=True,
    )
