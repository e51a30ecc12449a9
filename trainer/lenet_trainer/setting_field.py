"""Fields of settings classes: each has a description and a range, and is a flag and an environment variable."""

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
    """Return a dataclass field with a description and a range, from which its flag and its check are made.

    `placeholder` stands for the value in the help; the default is the type.
    """
    limits = {"minimum": minimum, "maximum": maximum, "choices": tuple(choices)}
    return field(default=default, metadata={"description": description, "placeholder": placeholder, **limits})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of all settings classes; raises SettingsError if a value is out of range."""

    def __post_init__(self) -> None:
        for item in fields(self):
            check(item.name, getattr(self, item.name), item.metadata)


def flag(name: str) -> str:
    """Return the flag of a field: max_steps is --max-steps."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """Return the environment variable of a field: max_steps is LENET_TRAINER_MAX_STEPS."""
    return f"LENET_TRAINER_{name.upper()}"


def value_range(limits: Any) -> str:
    """Return the allowed values of a field in words, from its metadata; empty if every value is allowed."""
    if limits["choices"]:
        return ", ".join(map(str, limits["choices"]))
    if limits["minimum"] is not None:
        return f"{limits['minimum']:,} to {limits['maximum']:,}"
    return ""


def check(name: str, value: Any, limits: Any) -> None:
    """Raise SettingsError, naming flag and range, if a value is not allowed."""
    if value is None:
        return
    if limits["choices"] and value not in limits["choices"]:
        raise SettingsError(f"{flag(name)} ({variable(name)}) must be one of {value_range(limits)}, not {value!r}")
    if limits["minimum"] is not None and not limits["minimum"] <= value <= limits["maximum"]:
        raise SettingsError(f"{flag(name)} ({variable(name)}) must be from {value_range(limits)}, not {value}")
