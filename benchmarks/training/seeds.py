"""Trains the bundled model's recipe with several seeds, each tested once, and prints the table of the model card.

.venv/bin/python -m benchmarks.training.seeds --data-dir data --work runs/seeds
.venv/bin/python -m benchmarks.training.seeds --data-dir data --work runs/seeds --publish runs/model

Or with two processes: first one with --teacher-only, then one with --seeds 0,2,4 and one with --seeds 1,3.

All seeds have the same teacher (seed 0), the same soft targets and the same 5,000 validation images. Results stay in
the work folder, so that an interrupted run can continue.
"""

import argparse
import hashlib
import json
import os
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.training.recipe import recipe, teacher_recipe
from lenet_trainer.cli.progress_display import Lines
from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.loader import load
from lenet_trainer.export.model_card import SeedResult, seed_table
from lenet_trainer.pipeline import publish_trained
from lenet_trainer.progress import Progress
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.accuracy import count_correct
from lenet_trainer.training.checkpoint import CheckpointFile
from lenet_trainer.training.data import TrainingData, prepare
from lenet_trainer.training.distillation.objective import DistillationObjective
from lenet_trainer.training.distillation.soft_targets import TeacherTargets
from lenet_trainer.training.distillation.student import train_teacher
from lenet_trainer.training.loop import TrainingResult, train

SEEDS = 5


class StoredTargets:
    """Soft targets that are computed once for all seeds and processes, and stored in a folder under a recipe's name."""

    def __init__(self, targets: TeacherTargets, folder: Path, name: str):
        self.targets, self.folder, self.name = targets, folder, name
        self.number, self.loaded = -1, (torch.empty(0), torch.empty(0))

    def batch(self, epoch: int, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Return the training images with indices [B], augmented, float32 [B, C, H, W], and logits float32 [B, K]."""
        number = epoch % self.targets.passes
        if number != self.number:
            self.number, self.loaded = number, self.load(number)
        images, logits = self.loaded
        return images[indices].float(), logits[indices].float()

    def load(self, number: int) -> tuple[Tensor, Tensor]:
        """Return images uint8 [N, C, H, W] and logits float16 [N, K] of a pass, computed if they are not stored."""
        path = self.folder / f"lessons-{self.name}-{number}.pt"
        if not path.exists():
            fresh = path.with_suffix(f".{os.getpid()}")
            torch.save(self.targets.compute(number), fresh)
            fresh.replace(path)
        images, logits = torch.load(path, weights_only=True)
        return images, logits


def soft_targets(
    dataset: Dataset, data: TrainingData, arguments: argparse.Namespace, progress: Progress
) -> StoredTargets:
    """Return the soft targets of the one teacher, which is trained if it is not yet."""
    settings, for_teacher = recipe(arguments.data_dir, 0), teacher_recipe(arguments.data_dir)
    teacher = train_teacher(prepare(dataset, for_teacher), for_teacher, progress, arguments.work)
    targets = TeacherTargets(teacher, data.train_images, data.augmentation, settings.lessons, settings.seed)
    return StoredTargets(targets, arguments.work, name_of(settings, for_teacher))


def name_of(*recipes: TrainSettings) -> str:
    """Return a short name that only these recipes have."""
    content = json.dumps([each.of_the_weights() for each in recipes])
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def train_seed(
    objective: DistillationObjective, seed: int, arguments: argparse.Namespace, progress: Progress
) -> TrainingResult:
    """Train one seed, or resume it."""
    checkpoint = CheckpointFile(arguments.work / f"seed-{seed}", seconds=60)
    settings = recipe(arguments.data_dir, seed)
    return train(objective.data, settings, progress, objective=objective, checkpoint=checkpoint)


def main() -> None:
    """Train and test the seeds, print the table, and publish the best if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--work", type=Path, default=Path("runs/seeds"))
    parser.add_argument("--seeds", default=",".join(map(str, range(SEEDS))))
    parser.add_argument("--teacher-only", action="store_true", help="train the teacher, test nothing")
    parser.add_argument("--publish", type=Path, metavar="DIR", help="publish the seed that is best on validation there")
    arguments = parser.parse_args()
    progress = Lines()
    dataset = load(recipe(arguments.data_dir, 0), progress)
    data = prepare(dataset, recipe(arguments.data_dir, 0))
    targets = soft_targets(dataset, data, arguments, progress)
    objective = DistillationObjective(data, targets, recipe(arguments.data_dir, 0).temperature)
    if arguments.teacher_only:
        return
    torch.set_num_threads(1)  # for so small a network two processes with one thread each are faster than one with two
    for seed in map(int, arguments.seeds.split(",")):
        file = arguments.work / f"seed-{seed}.json"
        if not file.exists():
            progress.say(f"seed {seed}")
            result = tested(train_seed(objective, seed, arguments, progress), dataset, seed)
            file.write_text(json.dumps(asdict(result)))
    results = [SeedResult(**json.loads(file.read_text())) for file in sorted(arguments.work.glob("seed-*.json"))]
    print(seed_table(results))
    if arguments.publish and len(results) < SEEDS:
        parser.error(f"--publish: which of {SEEDS} seeds is the best is not known before all are done")
    if arguments.publish:
        best = max(results, key=lambda result: result.validation_accuracy)
        trained = train_seed(objective, best.seed, arguments, progress)
        settings = replace(recipe(arguments.data_dir, best.seed), output=arguments.publish)
        print(publish_trained(trained, dataset, settings, datetime.now(UTC), progress, results).path)


def tested(trained: TrainingResult, dataset: Dataset, seed: int) -> SeedResult:
    """Return a seed's figures; the test split is used here, once."""
    images, labels = (torch.from_numpy(array) for array in dataset.split("test"))
    correct = count_correct(trained.network, images, labels)
    return SeedResult(seed, trained.validation_accuracy or 0.0, correct, len(images))


if __name__ == "__main__":
    main()
