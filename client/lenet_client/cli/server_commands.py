"""`lenet health`, `models`, `load` and `unload`: each asks the server once and prints its answer."""

import argparse
import json
from dataclasses import asdict

from lenet_client.cli.connection import connect
from lenet_client.cli.exit_status import ExitStatus


def health(options: argparse.Namespace) -> int:
    """Print whether the server is serving; status 1 where it is not."""
    with connect(options) as client:
        healthy = client.healthy()
    if options.json:
        print(json.dumps({"server": options.server, "healthy": healthy}))
    else:
        print(f"{options.server}: {'serving' if healthy else 'not serving'}")
    return ExitStatus.OK if healthy else ExitStatus.FAILED


def models(options: argparse.Namespace) -> int:
    """Print one line for each model version."""
    with connect(options) as client:
        loaded = client.models()
    if options.json:
        print(json.dumps([asdict(model) for model in loaded]))
        return ExitStatus.OK
    if not loaded:
        print(f"{options.server}: no model is loaded")
        return ExitStatus.OK
    from rich.console import Console
    from rich.table import Table

    table = Table("model", "version", "input", "labels", "dataset", "test accuracy", "trained", box=None)
    for model in loaded:
        table.add_row(
            model.name,
            " ".join((str(model.version), *model.version_labels)),
            "×".join(map(str, model.input_shape)),
            str(len(model.labels)),
            *(model.metadata.get(key, "–") for key in ("dataset", "test_accuracy", "created")),
        )
    Console().print(table)
    return ExitStatus.OK


def load(options: argparse.Namespace) -> int:
    """Load the model and print the versions that are now in service."""
    with connect(options) as client:
        client.load(options.name)
        versions = [model.version for model in client.models() if model.name == options.name]
    if options.json:
        print(json.dumps({"model": options.name, "versions": versions}))
    else:
        print(f"{options.name}: version {', '.join(map(str, versions))} in service")
    return ExitStatus.OK


def unload(options: argparse.Namespace) -> int:
    """Unload the model."""
    with connect(options) as client:
        client.unload(options.name)
    if options.json:
        print(json.dumps({"model": options.name, "versions": []}))
    else:
        print(f"{options.name}: out of service")
    return ExitStatus.OK
