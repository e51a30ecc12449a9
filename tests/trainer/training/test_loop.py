"""Training learns, is repeatable, and stops after `max_steps`."""

import shutil
from dataclasses import replace

import pytest
import torch

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import SettingsError, TrainingError
from lenet_trainer.networks.lenet import LeNet
from lenet_trainer.progress import Silent
from lenet_trainer.settings import TrainSettings
from lenet_trainer.training.accuracy import count_correct
from lenet_trainer.training.class_weights import class_weights
from lenet_trainer.training.length import TrainingLength, training_length
from lenet_trainer.training.loop import TrainingResult
from lenet_trainer.training.weight_average import running_average
from tests.support.trainer.training import train_on


class Notes(Silent):
    """A progress that records the reports."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, int]] = []
        self.lines: list[str] = []
        self.advanced = 0

    def begin(self, activity: str, total: int) -> None:
        self.begun.append((activity, total))

    def advance(self, amount: int = 1) -> None:
        self.advanced += amount

    def say(self, line: str) -> None:
        self.lines.append(line)


def flat(result: TrainingResult) -> torch.Tensor:
    """All weights in a row."""
    return torch.cat([tensor.flatten() for tensor in result.network.state_dict().values()])


def test_the_same_seed_gives_the_same_weights(
    small_digits: Dataset, quick: TrainSettings, trained: TrainingResult
) -> None:
    torch.manual_seed(99)  # other random numbers in the process change nothing
    again = train_on(small_digits, quick, Silent())
    assert again.validation_accuracy == trained.validation_accuracy
    assert torch.equal(flat(again), flat(trained))


def test_another_seed_gives_other_weights(small_digits: Dataset, quick: TrainSettings, trained: TrainingResult) -> None:
    other = train_on(small_digits, replace(quick, seed=4, max_steps=1), Silent())
    assert not torch.equal(flat(other), flat(trained))


def test_it_learns(small_digits: Dataset) -> None:
    settings = TrainSettings(dataset="digits", epochs=8, device="cpu")
    images, labels = map(torch.from_numpy, small_digits.split("test"))
    result = train_on(small_digits, settings, Silent())
    assert count_correct(result.network, images, labels) / 360 > 0.5


def test_steps_and_reports(small_digits: Dataset, quick: TrainSettings) -> None:
    notes = Notes()
    result = train_on(small_digits, replace(quick, epochs=2, max_steps=None, validation_share=0.25), notes)
    assert result.validation_images == 359  # a quarter of 1,437
    assert result.steps == notes.advanced == 2 * 9  # 1,078 pictures are nine batches of 128
    assert notes.begun == [("training", 18)]
    assert [line.split(":")[0] for line in notes.lines] == ["epoch 1 of 2", "epoch 2 of 2"]
    assert notes.lines[1].endswith(f"validation {100 * (result.validation_accuracy or 0):.2f} %")


def test_training_without_validation(small_digits: Dataset, quick: TrainSettings) -> None:
    result = train_on(small_digits, replace(quick, validation_share=0.0, max_steps=1), Silent())
    assert (result.steps, result.validation_images, result.validation_accuracy) == (1, 0, None)


def test_the_test_split_is_not_looked_at(small_digits: Dataset, quick: TrainSettings, trained: TrainingResult) -> None:
    without = replace(small_digits, test_images=small_digits.test_images[:0], test_labels=small_digits.test_labels[:0])
    again = train_on(without, quick, Silent())
    assert torch.equal(flat(again), flat(trained))


def test_a_training_that_diverges(small_digits: Dataset, quick: TrainSettings) -> None:
    dark = replace(
        small_digits, train_images=small_digits.train_images[:64], train_labels=small_digits.train_labels[:64]
    )
    with pytest.raises(TrainingError, match="lower --learning-rate"):
        train_on(dark, replace(quick, learning_rate=10.0, weight_decay=10.0, max_steps=400, epochs=400), Silent())


def test_a_device_that_is_not_there(small_digits: Dataset, quick: TrainSettings) -> None:
    if torch.cuda.is_available():
        assert train_on(small_digits, replace(quick, device="cuda"), Silent()).device == "cuda"
    else:
        with pytest.raises(SettingsError, match="--device cuda"):
            train_on(small_digits, replace(quick, device="cuda"), Silent())


def test_rare_labels_count_more(small_digits: Dataset, quick: TrainSettings) -> None:
    labels = torch.tensor([0] * 60 + [1] * 30 + [2] * 10)
    weights = class_weights(labels, 4, "auto")
    assert weights is not None
    per_label = weights[:3] * torch.bincount(labels)
    torch.testing.assert_close(per_label, torch.full((3,), 25.0))  # all labels together count alike
    assert class_weights(labels, 3, "off") is None
    even = torch.tensor([0] * 10 + [1] * 14)
    assert class_weights(even, 2, "auto") is None
    assert class_weights(even, 2, "on") is not None
    # And the training uses them.
    few = replace(quick, max_steps=2)
    weighted = train_on(small_digits, replace(few, class_weights="on"), Silent())
    assert not torch.equal(flat(weighted), flat(train_on(small_digits, few, Silent())))


def test_small_datasets_are_passed_over_more_often() -> None:
    settings = TrainSettings(batch_size=128)
    assert training_length(1280, settings) == TrainingLength(150, 1500)
    assert training_length(55_000, settings) == TrainingLength(15, 15 * 430)
    assert training_length(1280, replace(settings, epochs=3)) == TrainingLength(3, 30)
    assert training_length(1280, replace(settings, epochs=3, max_steps=11)) == TrainingLength(2, 11)


def test_the_epochs_that_are_told_are_those_that_were(small_digits: Dataset, quick: TrainSettings) -> None:
    assert train_on(small_digits, replace(quick, epochs=9, max_steps=1), Silent()).epochs == 1


@pytest.mark.parametrize(("activation", "pooling"), [("tanh", "average"), ("relu", "max")])
def test_variants_learn(activation: str, pooling: str, small_digits: Dataset, quick: TrainSettings) -> None:
    settings = replace(quick, activation=activation, pooling=pooling, max_steps=60, learning_rate=0.003)
    images, labels = map(torch.from_numpy, small_digits.split("test"))
    result = train_on(small_digits, settings, Silent())
    assert isinstance(result.network, LeNet)
    assert (result.network.activation, result.network.pooling) == (activation, pooling)
    assert count_correct(result.network, images, labels) / 360 > 0.8


@pytest.mark.parametrize("steps", range(1, 8))
def test_very_few_steps(steps: int, small_digits: Dataset, quick: TrainSettings) -> None:
    assert train_on(small_digits, replace(quick, max_steps=steps), Silent()).steps == steps


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")  # PyTorch's own
@pytest.mark.skipif(shutil.which("g++") is None, reason="needs a C++ compiler")
def test_a_compiled_network_learns_the_same(small_digits: Dataset, quick: TrainSettings) -> None:
    few = replace(quick, batch_size=500, max_steps=2)  # of one size, for another is compiled anew
    compiled = train_on(small_digits, replace(few, compile=True), Silent())
    torch.testing.assert_close(flat(compiled), flat(train_on(small_digits, few, Silent())), atol=1e-4, rtol=1e-3)


def test_without_a_compiler(small_digits: Dataset, quick: TrainSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(SettingsError, match=r"--compile .* needs a C\+\+ compiler"):
        train_on(small_digits, replace(quick, compile=True), Silent())


def test_the_running_average_forgets_its_beginning() -> None:
    average = running_average(0.99)
    past, value = torch.tensor([0.0]), torch.tensor([1.0])
    assert average(past, value, 1) == pytest.approx(1 - 2 / 11)  # there is little to remember yet
    assert average(past, value, 10_000) == pytest.approx(0.01)
    assert average(torch.tensor(3), torch.tensor(4), 10_000) == 4  # counts are not averaged


def test_an_average_is_what_is_trained(small_digits: Dataset, quick: TrainSettings, trained: TrainingResult) -> None:
    averaged = train_on(small_digits, replace(quick, average_decay=0.5), Silent())
    assert not torch.equal(flat(averaged), flat(trained))
    torch.testing.assert_close(flat(averaged), flat(trained), atol=0.05, rtol=0.05)  # the last steps are small
