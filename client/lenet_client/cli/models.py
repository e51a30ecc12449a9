"""`lenet models` lists what the server has."""

import argparse
import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from lenet_client.cli.connection import connect
from lenet_client.cli.status import Status


def run(options: argparse.Namespace) -> int:
    """Print a line for each model version."""
    with connect(options) as client:
        models = client.models()
    if options.json:
        print(json.dumps([asdict(model) for model in models]))
        return Status.OK
    if not models:
        print(f"{options.server}: no model is loaded")
        return Status.OK
    table = Table("model", "version", "input", "labels", "dataset", "test accuracy", "trained", box=None)
    for model in models:
        told = model.metadata
        table.add_row(
            model.name,
            " ".join((str(model.version), *model.version_labels)),
            "×".join(map(str, model.input_shape)),
            str(len(model.labels)),
            told.get("dataset", "–"),
            told.get("test_accuracy", "–"),
            told.get("created", "–"),
        )
    Console().print(table)
    return Status.OK
