"""Adds a flag for each field of a settings class, and reads the settings from flags and environment variables.

A flag takes precedence over its environment variable LENET_TRAINER_<FIELD>, and that over the default.
"""

import argparse
from collections.abc import Mapping
from dataclasses import Field, fields
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any, TypeVar, get_args, get_type_hints

from lenet_trainer.errors import SettingsError
from lenet_trainer.setting_field import Settings, flag, value_range, variable

SWITCH = MappingProxyType({"yes": True, "no": False})
KINDS = {int: "a whole number", float: "a number", str: "a text", Path: "a path"}

Kind = TypeVar("Kind", bound=Settings)


def add_options(parser: argparse.ArgumentParser, kind: type[Settings]) -> None:
    """Add a flag for every field of a settings class."""
    for item in fields(kind):
        # Every value is read as text, so the same code checks flags and environment variables.
        if value_type(kind, item) is bool:
            parser.add_argument(flag(item.name), action="store_const", const="yes", help=description(item))
        else:
            parser.add_argument(flag(item.name), metavar=metavar(kind, item), help=description(item))


def read_settings(kind: type[Kind], arguments: argparse.Namespace, environment: Mapping[str, str]) -> Kind:
    """Return the settings of flags and environment variables; raises SettingsError naming the flag and its range."""
    given: dict[str, Any] = {}
    for item in fields(kind):
        text = getattr(arguments, item.name)
        if text is None:
            text = environment.get(variable(item.name))
        if text is None and item.name == "data_dir":
            text = environment.get("LENET_DATA_DIR")
        if text is not None:
            given[item.name] = parse(text, value_type(kind, item), item)
    return kind(**given)


def parse(text: str, kind: type, item: "Field[Any]") -> Any:
    """Return the value of a field in a text; raises SettingsError naming the flag."""
    if kind is bool:
        if text not in SWITCH:
            raise SettingsError(f"{flag(item.name)} ({variable(item.name)}) must be yes or no, not {text!r}")
        return SWITCH[text]
    try:
        return kind(text)
    except ValueError as error:
        allowed = value_range(item.metadata)
        within = f" from {allowed}" if allowed else ""
        raise SettingsError(
            f"{flag(item.name)} ({variable(item.name)}) must be {KINDS[kind]}{within}, not {text!r}"
        ) from error


def value_type(kind: type[Settings], item: "Field[Any]") -> type:
    """Return the type of a field's values, without None."""
    hint = get_type_hints(kind)[item.name]
    value: type = next((part for part in get_args(hint) if part is not NoneType), hint)
    return value


def metavar(kind: type[Settings], item: "Field[Any]") -> str:
    """Return what stands for the value in the help: the choices, or its type."""
    choices = item.metadata["choices"]
    if choices:
        return "|".join(map(str, choices))
    return item.metadata["placeholder"] or {int: "N", float: "X", Path: "PATH"}[value_type(kind, item)]


def description(item: "Field[Any]") -> str:
    """Return the help of a field: its description, range, default and environment variable."""
    parts = [item.metadata["description"]]
    if item.metadata["minimum"] is not None:
        parts.append(value_range(item.metadata))
    if item.default is not None and item.default is not False:
        shown = f"{item.default:.4g}" if isinstance(item.default, float) else item.default
        parts.append(f"default {shown}")
    return "; ".join([*parts, variable(item.name)]).replace("%", "%%")
