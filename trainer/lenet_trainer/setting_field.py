"""What a settings class is made of: fields with a description and a range, each a flag and an environment variable."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from lenet_trainer.errors import SettingsError


def setting(
    default: object,
    description: str,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[str | int] = (),
    placeholder: str | None = None,
) -> Any:
    """A dataclass field with its description and range, from which flags and checks are made.

    `placeholder` stands for the value in the help; its type does where none is given.
    """
    limits = {"minimum": minimum, "maximum": maximum, "choices": tuple(choices)}
    return field(default=default, metadata={"description": description, "placeholder": placeholder, **limits})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What all settings classes derive from; raises SettingsError where a value is out of range."""

    def __post_init__(self) -> None:
        for item in fields(self):
            check(item.name, getattr(self, item.name), item.metadata)


def flag(name: str) -> str:
    """The command line's name of a field: max_steps is --max-steps."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """The environment variable of a field: max_steps is LENET_TRAINER_MAX_STEPS."""
    return f"LENET_TRAINER_{name.upper()}"


def value_range(limits: Any) -> str:
    """The allowed values of a field in words, from its metadata; empty where every value is allowed."""
    if limits["choices"]:
        return ", ".join(map(str, limits["choices"]))
    if limits["minimum"] is not None:
        return f"{limits['minimum']:,} to {limits['maximum']:,}"
    return ""


def check(name: str, value: Any, limits: Any) -> None:
    """Raise SettingsError, naming flag and range, where a value is not allowed."""
    if value is None:
        return
    if limits["choices"] and value not in limits["choices"]:
        raise SettingsError(f"{flag(name)} ({variable(name)}) must be one of {value_range(limits)}, not {value!r}")
    if limits["minimum"] is not None and not limits["minimum"] <= value <= limits["maximum"]:
        raise SettingsError(f"{flag(name)} ({variable(name)}) must be from {value_range(limits)}, not {value}")
