"""Settings refuse wrong values, naming the flag, the variable and the range."""

from dataclasses import fields
from typing import Any

import pytest

from lenet_trainer.errors import SettingsError
from lenet_trainer.settings import TrainSettings


def test_defaults_are_allowed_and_described() -> None:
    TrainSettings()
    assert all(item.metadata["description"] for item in fields(TrainSettings))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("epochs", 0, r"--epochs \(LENET_TRAINER_EPOCHS\) must be from 1 to 10,000, not 0"),
        ("max_steps", 0, r"--max-steps \(LENET_TRAINER_MAX_STEPS\) must be from 1 to 1,000,000,000, not 0"),
        ("batch_size", 65_537, "--batch-size .* 1 to 65,536"),
        ("learning_rate", float("nan"), "--learning-rate .* not nan"),
        ("learning_rate", -1.0, "--learning-rate .* 1e-07 to 10.0"),
        ("seed", -1, "--seed .* not -1"),
        ("validation_share", 1.0, "--validation-share .* 0.0 to 0.5"),
        ("dataset", "imagenet", "--dataset .* one of mnist, digits, folder, idx, not 'imagenet'"),
        ("device", "tpu", "--device .* one of auto, cpu, cuda"),
        ("mirror", "file:///etc", "--mirror .* begin with http"),
    ],
)
def test_values_out_of_range(name: str, value: Any, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        TrainSettings(**{name: value})


@pytest.mark.parametrize(
    ("dataset", "name", "value"),
    [("mnist", "height", 20), ("digits", "labels", "a,b"), ("folder", "labels", "a,b"), ("idx", "split_seed", 1)],
)
def test_settings_of_another_dataset_are_refused(dataset: str, name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=rf"--{name.replace('_', '-')} .* does not apply to --dataset {dataset}"):
        TrainSettings(dataset=dataset, **{name: value})


def test_ink_has_no_colours() -> None:
    with pytest.raises(SettingsError, match="leave out --channels 3"):
        TrainSettings(dataset="folder", fit="ink", channels=3)
