"""Trains the bundled model's recipe with several seeds, each tested once, and prints the table of the model card.

.venv/bin/python -m benchmarks.training.seeds --data-dir data --work runs/seeds
.venv/bin/python -m benchmarks.training.seeds --data-dir data --work runs/seeds --publish runs/model

Or with two processes: first one with --teacher-only, then one with --seeds 0,2,4 and one with --seeds 1,3.

All seeds have the same teacher (seed 0), the same lessons and the same 5,000 validation pictures. What is done stays in
the work folder, so that a run that was interrupted goes on.
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
from lenet_trainer.training.augmentation import augmentation
from lenet_trainer.training.checkpoint import CheckpointFile
from lenet_trainer.training.distillation.soft_targets import TeacherLessons
from lenet_trainer.training.distillation.student import train_teacher
from lenet_trainer.training.loop import Trained, count_right, train

SEEDS = 5


class StoredLessons:
    """Lessons that are computed once for all seeds and processes, and stay in a folder, by the name of their recipe."""

    def __init__(self, lessons: TeacherLessons, folder: Path, name: str):
        self.lessons, self.folder, self.name = lessons, folder, name
        self.number, self.given = -1, (torch.empty(0), torch.empty(0))

    def of_epoch(self, epoch: int, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Distorted pictures float32 [B, C, H, W] of the training pictures with indices [B], and logits [B, K]."""
        number = epoch % self.lessons.rounds
        if number != self.number:
            self.number, self.given = number, self.round(number)
        pictures, answers = self.given
        return pictures[indices].float(), answers[indices].float()

    def round(self, number: int) -> tuple[Tensor, Tensor]:
        """Pictures uint8 [N, C, H, W] and answers float16 [N, K] of a round."""
        path = self.folder / f"lessons-{self.name}-{number}.pt"
        if not path.exists():
            fresh = path.with_suffix(f".{os.getpid()}")
            torch.save(self.lessons.give(number), fresh)
            fresh.replace(path)
        pictures, answers = torch.load(path, weights_only=True)
        return pictures, answers


def taught(dataset: Dataset, arguments: argparse.Namespace, progress: Progress) -> StoredLessons:
    """The lessons of the one teacher, who is trained where there is none yet."""
    given = train_teacher(dataset, teacher_recipe(arguments.data_dir), progress, arguments.work)
    settings = recipe(arguments.data_dir, 0)
    milder = augmentation(settings, dataset.outside)
    lessons = TeacherLessons(given.teacher, given.images, milder, settings.lessons, settings.seed)
    return StoredLessons(lessons, arguments.work, name_of(settings, teacher_recipe(arguments.data_dir)))


def name_of(*recipes: TrainSettings) -> str:
    """A short name that only these recipes have."""
    content = json.dumps([each.of_the_weights() for each in recipes])
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def learn(dataset: Dataset, lessons: StoredLessons, seed: int, arguments: argparse.Namespace, say: Progress) -> Trained:
    """Train one seed, or take up what there is of it."""
    checkpoint = CheckpointFile(arguments.work / f"seed-{seed}", seconds=60)
    return train(dataset, recipe(arguments.data_dir, seed), say, lessons=lessons, checkpoint=checkpoint)


def main() -> None:
    """Train, test and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--work", type=Path, default=Path("runs/seeds"))
    parser.add_argument("--seeds", default=",".join(map(str, range(SEEDS))))
    parser.add_argument("--teacher-only", action="store_true", help="train the teacher, test nothing")
    parser.add_argument("--publish", type=Path, metavar="DIR", help="publish the seed that is best on validation there")
    arguments = parser.parse_args()
    progress = Lines()
    dataset = load(recipe(arguments.data_dir, 0), progress)
    lessons = taught(dataset, arguments, progress)
    if arguments.teacher_only:
        return
    torch.set_num_threads(1)  # of a network so small, two processes with a thread each train more than one with two
    for seed in map(int, arguments.seeds.split(",")):
        file = arguments.work / f"seed-{seed}.json"
        if not file.exists():
            progress.say(f"seed {seed}")
            result = tested(learn(dataset, lessons, seed, arguments, progress), dataset, seed)
            file.write_text(json.dumps(asdict(result)))
    results = [SeedResult(**json.loads(file.read_text())) for file in sorted(arguments.work.glob("seed-*.json"))]
    print(seed_table(results))
    if arguments.publish and len(results) < SEEDS:
        parser.error(f"--publish: which of {SEEDS} seeds is the best is not known before all are done")
    if arguments.publish:
        best = max(results, key=lambda result: result.validation_accuracy)
        trained = learn(dataset, lessons, best.seed, arguments, progress)
        settings = replace(recipe(arguments.data_dir, best.seed), output=arguments.publish)
        print(publish_trained(trained, dataset, settings, datetime.now(UTC), progress, results).path)


def tested(trained: Trained, dataset: Dataset, seed: int) -> SeedResult:
    """A seed's figures; here, once, the test split is looked at."""
    images, labels = (torch.from_numpy(array) for array in dataset.split("test"))
    right = count_right(trained.network, images, labels, torch.arange(len(images)))
    return SeedResult(seed, trained.validation_accuracy or 0.0, right, len(images))


if __name__ == "__main__":
    main()
