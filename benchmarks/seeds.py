"""Trains the bundled model's recipe with several seeds, each tested once, and prints the table of the model card.

.venv/bin/python -m benchmarks.seeds --data-dir data --work runs/seeds
.venv/bin/python -m benchmarks.seeds --data-dir data --work runs/seeds --seeds 1,3   # another process, the same work
.venv/bin/python -m benchmarks.seeds --data-dir data --work runs/seeds --publish models/lenet

All seeds have the same teacher (seed 0), the same lessons and the same 5,000 validation pictures. What is done stays in
the work folder, so that a run that was interrupted goes on.
"""

import argparse
import json
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.recipe import recipe
from lenet_trainer.checkpoint import CheckpointFile
from lenet_trainer.cli.bars import Lines
from lenet_trainer.datasets import Dataset, load
from lenet_trainer.lessons import TeacherLessons
from lenet_trainer.progress import Progress
from lenet_trainer.schooling import train_teacher
from lenet_trainer.training import Trained, count_right, train


class StoredLessons:
    """Lessons that are computed once for all seeds and processes, and stay in a folder."""

    def __init__(self, lessons: TeacherLessons, folder: Path):
        self.lessons, self.folder = lessons, folder
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
        path = self.folder / f"lessons-{number}.pt"
        if not path.exists():
            fresh = path.with_suffix(f".seed-{torch.initial_seed()}")
            torch.save(self.lessons.give(number), fresh)
            fresh.replace(path)
        pictures, answers = torch.load(path, weights_only=True)
        return pictures, answers


def learn(dataset: Dataset, lessons: StoredLessons, seed: int, arguments: argparse.Namespace, say: Progress) -> Trained:
    """Train one seed, or take up what there is of it."""
    checkpoint = CheckpointFile(arguments.work / f"seed-{seed}", seconds=60)
    return train(dataset, recipe(arguments.data_dir, seed), say, lessons=lessons, checkpoint=checkpoint)


def main() -> None:
    """Train, test and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--work", type=Path, default=Path("runs/seeds"))
    parser.add_argument("--seeds", default="0,1,2,3,4")
    parser.add_argument("--teacher-only", action="store_true", help="train the teacher, test nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # two processes with a thread each do more than one with two
    progress = Lines()
    dataset = load(recipe(arguments.data_dir, 0), progress)
    teacher = train_teacher(dataset, recipe(arguments.data_dir, 0), progress, arguments.work)
    if arguments.teacher_only:
        return
    lessons = StoredLessons(teacher, arguments.work)
    images, labels = (torch.from_numpy(array) for array in dataset.split("test"))
    for seed in map(int, arguments.seeds.split(",")):
        progress.say(f"seed {seed}")
        trained = learn(dataset, lessons, seed, arguments, progress)
        right = count_right(trained.network, images, labels, torch.arange(len(images)))
        figures = {"seed": seed, "validation_accuracy": trained.validation_accuracy, "test_right": right}
        (arguments.work / f"seed-{seed}.json").write_text(json.dumps(figures))
        print(figures, flush=True)


if __name__ == "__main__":
    main()
