"""`model.toml`, an operator's options for a model. docs/model-repository.md documents it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from lenet_server.errors import ModelRejected
from lenet_server.repository import custom_model
from lenet_server.repository.custom_model import CustomModelOptions
from lenet_server.repository.toml_table import TomlTable
from lenet_server.repository.version_policy import Kind, VersionPolicy

# An alias begins with a letter, so it cannot be confused with a version number.
LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
MAX_VERSION = 2**63 - 1


@dataclass(frozen=True)
class ModelOptions:
    """The options in model.toml; the defaults if there is no such file."""

    policy: VersionPolicy | None = None  # None: the server's policy
    labels: Mapping[str, int] = field(default_factory=dict)  # alias → version
    foreign: CustomModelOptions | None = None  # if the file does not follow lenet's model contract


def read(text: str) -> ModelOptions:
    """Parse the options. Raises ModelRejected, which names the key, for an unknown key or an invalid value."""
    try:
        table = TomlTable(tomllib.loads(text), "")
    except (ValueError, RecursionError) as error:  # TOMLDecodeError; also excessive digits or nesting
        raise ModelRejected(f"not TOML: {error}") from error
    labels, foreign = table.table("labels"), table.table("foreign")
    options = ModelOptions(
        policy=_policy(table),
        labels=_version_labels(labels) if labels else {},
        foreign=custom_model.read(foreign) if foreign else None,
    )
    table.finish()
    return options


def _policy(table: TomlTable) -> VersionPolicy | None:
    kind = table.take(
        "version_policy",
        lambda value: value if value in get_args(Kind) else None,
        f"one of {', '.join(get_args(Kind))}",
    )
    match kind:
        case "latest":
            return VersionPolicy("latest", count=table.take("versions", _version, "a number of versions") or 1)
        case "specific":
            return VersionPolicy("specific", versions=table.require("versions", _versions, "a list of versions"))
        case _:
            table.take("versions", lambda _: None, "`version_policy`, latest or specific, beside it")
            return VersionPolicy("all") if kind else None


def _version_labels(table: TomlTable) -> dict[str, int]:
    labels = {}
    for label, value in table.rest().items():
        if not LABEL.fullmatch(label):
            raise table.wrong(label, "is no label: letters, digits, `_`, `.` and `-`, the first of them a letter")
        version = _version(value)
        if version is None:
            raise table.wrong(label, f"is {value!r}: a version is expected, a whole number from 1")
        labels[label] = version
    return labels


def _version(value: Any) -> int | None:
    return value if type(value) is int and 0 < value <= MAX_VERSION else None


def _versions(value: Any) -> frozenset[int] | None:
    if not isinstance(value, list) or not value or not all(map(_version, value)):
        return None
    return frozenset(value)
