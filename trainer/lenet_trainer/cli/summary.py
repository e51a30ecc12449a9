"""lenet-trainer summary: a network layer by layer, and what a fully connected one would cost.

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
        "model", type=Path, nargs="?", metavar="MODEL.onnx", help="a published file; without it, the flags' network"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    add_options(parser, NetworkSettings)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the layers, their totals, and the lecture's comparison with fully connected layers."""
    network = published(arguments) if arguments.model else described(arguments)
    from lenet_trainer.cli.tables import comparison_lines, summary_lines
    from lenet_trainer.lecture.layer_table import layers
    from lenet_trainer.lecture.weight_counts import comparison

    rows, costs = layers(network), comparison(*network.input_shape)
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
        print("\n".join([*summary_lines(rows, network.input_shape), "", *comparison_lines(costs)]))
    return 0


def published(arguments: argparse.Namespace) -> "LeNet":
    """The network in the file; raises SettingsError where flags ask for another form than it has."""
    given = [flag(item.name) for item in fields(NetworkSettings) if getattr(arguments, item.name) is not None]
    if given:
        raise SettingsError(f"a published model has its own form: leave out {', '.join(given)}")
    from lenet_trainer.export.model_file import read_model

    return read_model(arguments.model).network()


def described(arguments: argparse.Namespace) -> "LeNet":
    """The network that the flags describe, without weights."""
    settings = read_settings(NetworkSettings, arguments, os.environ)
    labels = label_count(settings.labels)
    import torch

    from lenet_trainer.networks.lenet import LeNet

    with torch.device("meta"):  # takes no memory: a large picture has a large first dense layer
        return LeNet(labels, settings.channels, settings.height, settings.width, settings.activation, settings.pooling)


def label_count(text: str) -> int:
    """How many labels a number, or names with commas between them, stand for; raises SettingsError for fewer than 2."""
    count = int(text) if text.isdecimal() else len(text.split(","))
    if not 2 <= count <= 100_000:
        raise SettingsError(f"--labels (LENET_TRAINER_LABELS) must be from 2 to 100,000, or names, not {text!r}")
    return count
