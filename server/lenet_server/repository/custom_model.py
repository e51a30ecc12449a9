"""The table [foreign] of model.toml: the conventions of an ONNX image classifier without lenet's metadata."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from lenet_imaging.preprocessing import Fit
from lenet_server.errors import ModelRejected
from lenet_server.repository.toml_table import TomlTable

Colours = Literal["rgb", "bgr"]
FILE_NAME = re.compile(r"[\w-][\w .-]*")
MAX_SIDE = 16_384  # pixels


@dataclass(frozen=True)
class CustomModelOptions:
    """The input and output conventions of a model that another tool exported.

    An input value is (pixel × scale − mean) ÷ std, pixels being 0 … 255. `mean` and `std` have one value for all
    channels, or one for each in the order of the model's channels.
    """

    labels: tuple[str, ...]  # in the order of the output; empty if `labels_file` names them
    softmax: bool  # True: the output is logits, and the server applies softmax; False: it is probabilities
    labels_file: str = ""  # in the version's or the model's folder; one label on each line
    fit: Fit = "resize"
    colours: Colours = "rgb"
    scale: float = 1 / 255
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    size: tuple[int, int] | None = None  # height and width, if they are dynamic in the file
    input: str = ""  # its name; empty: the only one
    output: str = ""  # its name; empty: the only one


def read(table: TomlTable) -> CustomModelOptions:
    """Parse the options in a table. Raises ModelRejected, which names the key, for an invalid value."""
    labels = table.require("labels", _labels, "a list of strings, or the name of a file in the model's folder")
    options = CustomModelOptions(
        labels=labels if isinstance(labels, tuple) else (),
        labels_file=labels if isinstance(labels, str) else "",
        softmax=table.require("softmax", _instance(bool), "true for logits, false for probabilities"),
        fit=table.take("fit", _one_of(get_args(Fit)), f"one of {', '.join(get_args(Fit))}") or "resize",
        colours=table.take("colours", _one_of(get_args(Colours)), f"one of {', '.join(get_args(Colours))}") or "rgb",
        scale=table.take("scale", _positive, "a number above 0") or 1 / 255,
        mean=table.take("mean", _numbers, "a number, or one for each channel") or (0.0,),
        std=table.take("std", _positives, "a number above 0, or one for each channel") or (1.0,),
        size=table.take("size", _size, "[height, width]"),
        input=table.take("input", _text, "the name of an input") or "",
        output=table.take("output", _text, "the name of an output") or "",
    )
    table.finish()
    return options


def read_labels(text: str) -> tuple[str, ...]:
    """Parse a labels file, one label on each line. Raises ModelRejected if it is not a list of labels."""
    labels = _labels([line.strip() for line in text.splitlines()])
    if not isinstance(labels, tuple):
        raise ModelRejected("the file of `foreign.labels` must have a different label on each line")
    return labels


def _labels(value: Any) -> tuple[str, ...] | str | None:
    if isinstance(value, str):
        return value if FILE_NAME.fullmatch(value) else None
    if not isinstance(value, list) or not value or not all(isinstance(each, str) and each for each in value):
        return None
    return tuple(value) if len(set(value)) == len(value) else None


def _instance(kind: type[bool]) -> Callable[[Any], bool | None]:
    return lambda value: value if isinstance(value, kind) else None


def _one_of(choices: tuple[Any, ...]) -> Callable[[Any], Any]:
    return lambda value: value if isinstance(value, str) and value in choices else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


def _positive(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _numbers(value: Any) -> tuple[float, ...] | None:
    numbers = [_number(each) for each in (value if isinstance(value, list) else [value])]
    found = tuple(each for each in numbers if each is not None)
    return found if len(found) == len(numbers) and len(found) in (1, 3) else None


def _positives(value: Any) -> tuple[float, ...] | None:
    numbers = _numbers(value)
    return numbers if numbers and min(numbers) > 0 else None


def _size(value: Any) -> tuple[int, int] | None:
    if not isinstance(value, list) or len(value) != 2 or not all(type(each) is int for each in value):
        return None
    height, width = value
    return (height, width) if 0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE else None
