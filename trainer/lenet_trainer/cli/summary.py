"""lenet-trainer summary: a network layer by layer, and the weights of fully connected layers in comparison.

lenet-trainer summary
lenet-trainer summary --channels 3 --height 32 --width 48 --labels 5
lenet-trainer summary models/lenet/1/model.onnx --json
"""

import argparse
import json
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

from lenet_trainer.cli.options import add_options, read_settings
from lenet_trainer.errors import SettingsError
from lenet_trainer.setting_field import flag
from lenet_trainer.settings import NetworkSettings

if TYPE_CHECKING:
    from lenet_trainer.networks.lenet import LeNet


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument(
        "model", type=Path, nargs="?", metavar="MODEL.onnx", help="a published file; default the network of the flags"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    add_options(parser, NetworkSettings)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the layers, their totals, and the lecture's comparison with fully connected layers."""
    network = published(arguments) if arguments.model else described(arguments)
    from lenet_trainer.cli.tables import summary_lines, weight_count_lines
    from lenet_trainer.lecture.weight_counts import weight_counts
    from lenet_trainer.networks.layer_table import layers

    rows, costs = layers(network), weight_counts(*network.input_shape)
    if arguments.json:
        result = {
            "input_shape": network.input_shape,
            "activation": network.activation,
            "pooling": network.pooling,
            "layers": [asdict(row) for row in rows],
            "parameters": sum(row.parameters for row in rows),
            "multiply_accumulates": sum(row.multiply_accumulates for row in rows),
            "comparison": [asdict(cost) for cost in costs],
        }
        print(json.dumps(result, ensure_ascii=False))
    else:
        print("\n".join([*summary_lines(rows, network.input_shape), "", *weight_count_lines(costs)]))
    return 0


def published(arguments: argparse.Namespace) -> "LeNet":
    """Return the network in the file; raises SettingsError if flags ask for a shape as well."""
    given = [flag(item.name) for item in fields(NetworkSettings) if getattr(arguments, item.name) is not None]
    if given:
        raise SettingsError(f"a published model has its own form: leave out {', '.join(given)}")
    from lenet_trainer.export.model_file import read_model

    return read_model(arguments.model).network()


def described(arguments: argparse.Namespace) -> "LeNet":
    """Return the network that the flags describe, without weights."""
    settings = read_settings(NetworkSettings, arguments, os.environ)
    labels = label_count(settings.labels)
    import torch

    from lenet_trainer.networks.lenet import LeNet

    with torch.device("meta"):  # allocates no weights: a large image has a large first dense layer
        return LeNet(labels, settings.channels, settings.height, settings.width, settings.activation, settings.pooling)


def label_count(text: str) -> int:
    """Return the number of labels in a number or in comma-separated names; raises SettingsError for fewer than 2."""
    count = int(text) if text.isdecimal() else len(text.split(","))
    if not 2 <= count <= 100_000:
        raise SettingsError(f"--labels (LENET_TRAINER_LABELS) must be from 2 to 100,000, or names, not {text!r}")
    return count
