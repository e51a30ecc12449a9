"""Flags take precedence over environment variables, and those over the defaults."""

import argparse
from pathlib import Path

import pytest

from lenet_trainer.cli.options import add_options, read_settings
from lenet_trainer.errors import SettingsError
from lenet_trainer.settings import TrainSettings


def read(flags: list[str], environment: dict[str, str]) -> TrainSettings:
    parser = argparse.ArgumentParser()
    add_options(parser, TrainSettings)
    return read_settings(TrainSettings, parser.parse_args(flags), environment)


def test_nothing_given_is_the_defaults() -> None:
    assert read([], {}) == TrainSettings()


def test_every_kind_of_value() -> None:
    flags = ["--epochs", "2", "--max-steps", "9", "--learning-rate", "1e-3", "--output", "here", "--device", "cpu"]
    assert read(flags, {}) == TrainSettings(
        epochs=2, max_steps=9, learning_rate=0.001, output=Path("here"), device="cpu"
    )


def test_environment() -> None:
    environment = {"LENET_TRAINER_EPOCHS": "2", "LENET_TRAINER_SEED": "8"}
    settings = read(["--seed", "9"], environment)
    assert (settings.epochs, settings.seed) == (2, 9)
    with pytest.raises(SettingsError, match=r"--epochs \(LENET_TRAINER_EPOCHS\) must be a whole number"):
        read([], {"LENET_TRAINER_EPOCHS": "2.5"})


@pytest.mark.parametrize(
    ("flags", "environment", "expected"),
    [
        ([], {}, "data"),
        ([], {"LENET_DATA_DIR": "b"}, "b"),
        ([], {"LENET_DATA_DIR": "b", "LENET_TRAINER_DATA_DIR": "c"}, "c"),
        (["--data-dir", "d"], {"LENET_DATA_DIR": "b", "LENET_TRAINER_DATA_DIR": "c"}, "d"),
    ],
)
def test_data_folder(flags: list[str], environment: dict[str, str], expected: str) -> None:
    assert read(flags, environment).data_dir == Path(expected)


def test_switches() -> None:
    assert not read([], {}).resume
    assert read(["--resume"], {}).resume
    assert read([], {"LENET_TRAINER_RESUME": "yes"}).resume
    assert not read([], {"LENET_TRAINER_RESUME": "no"}).resume
    with pytest.raises(SettingsError, match=r"--resume \(LENET_TRAINER_RESUME\) must be yes or no, not 'perhaps'"):
        read([], {"LENET_TRAINER_RESUME": "perhaps"})
