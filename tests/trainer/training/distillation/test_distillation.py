"""A teacher's soft targets do not depend on when they are computed, and a student learns from them."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.progress import Silent
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.accuracy import count_correct
from lenet_trainer.training.augmentation import Augmentation
from lenet_trainer.training.data import prepare
from lenet_trainer.training.distillation.objective import distillation_loss
from lenet_trainer.training.distillation.soft_targets import TeacherTargets
from lenet_trainer.training.distillation.student import train_student, train_teacher
from lenet_trainer.training.distillation.teacher import Teacher


@pytest.fixture
def teacher(generator: torch.Generator) -> Teacher:
    """An untrained teacher."""
    fresh = Teacher(height=12, width=12)
    fresh.initialise(generator)
    return fresh.eval()


def targets(teacher: Teacher, passes: int = 2, seed: int = 0) -> TeacherTargets:
    pictures = torch.randint(0, 256, (30, 1, 12, 12), generator=torch.Generator().manual_seed(1)).byte()
    return TeacherTargets(teacher, pictures, Augmentation(1.0, 10.0, 0.1), passes, seed)


def test_the_teacher_classifies_what_the_student_sees(teacher: Teacher) -> None:
    indices = torch.tensor([29, 3, 7])
    pictures, answers = targets(teacher).batch(0, indices)
    assert (pictures.shape, answers.shape) == ((3, 1, 12, 12), (3, 10))
    assert torch.equal(pictures, pictures.round())  # levels of grey, as in a file
    torch.testing.assert_close(answers, teacher(pictures).detach(), atol=0.01, rtol=0.01)


def test_passes_come_in_any_order_and_repeat(teacher: Teacher) -> None:
    every = torch.arange(30)
    first, second = targets(teacher), targets(teacher)
    later = second.batch(1, every)[0]
    assert torch.equal(second.batch(0, every)[0], first.batch(0, every)[0])
    assert torch.equal(first.batch(1, every)[0], later)
    assert torch.equal(first.batch(3, every)[0], later)
    assert not torch.equal(first.batch(0, every)[0], later)
    assert not torch.equal(targets(teacher, seed=1).batch(1, every)[0], later)


def test_the_loss_by_hand() -> None:
    logits, answers = torch.tensor([[0.0, 0.0]]), torch.tensor([[2 * torch.tensor(3.0).log().item(), 0.0]])
    # At temperature 2 the teacher says 3/4 and 1/4, the student 1/2 and 1/2.
    expected = 4 * (0.75 * torch.tensor(1.5).log() + 0.25 * torch.tensor(0.5).log())
    torch.testing.assert_close(distillation_loss(logits, answers, 2.0), expected)
    assert distillation_loss(answers, answers, 2.0) == 0
    torch.testing.assert_close(distillation_loss(logits, answers, 2.0, torch.ones(len(logits))), expected)


def test_images_of_rare_labels_count_more_in_distillation_too() -> None:
    logits, answers = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(1))
    one = distillation_loss(logits[:1], answers[:1], 2.0)
    four = distillation_loss(logits[1:], answers[1:], 2.0)
    mean = distillation_loss(logits, answers, 2.0, torch.tensor([4.0, 1.0, 1.0, 1.0, 1.0]))
    torch.testing.assert_close(mean, (one + four) / 2)


def test_teacher_and_student_learn(small_digits: Dataset, tmp_path: Path) -> None:
    settings = TrainSettings(dataset="digits", epochs=12, teacher_epochs=8, lessons=4, batch_size=64, device="cpu")
    images, labels = map(torch.from_numpy, small_digits.split("test"))
    data = prepare(small_digits, settings)
    teacher = train_teacher(data, settings, Silent(), tmp_path)
    assert count_correct(teacher, images, labels) / 360 > 0.9
    student = train_student(data, replace(settings, resume=True), Silent(), tmp_path)  # with that same teacher
    assert count_correct(student.network, images, labels) / 360 > 0.8
    assert student.network.parameter_count == 61_706


@pytest.mark.parametrize(("labels", "channels", "height", "width"), [(10, 1, 28, 28), (3, 3, 12, 40)])
def test_teachers_of_any_form(labels: int, channels: int, height: int, width: int) -> None:
    network = Teacher(labels, channels, height, width).train()
    assert network(torch.zeros(1, channels, height, width)).shape == (1, labels)  # the last batch may be of one
