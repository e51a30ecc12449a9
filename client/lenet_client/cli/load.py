"""`lenet load NAME` puts a model into service, or what is new of it."""

import argparse
import json

from lenet_client.cli.connection import connect
from lenet_client.cli.status import Status


def run(options: argparse.Namespace) -> int:
    """Load the model, and print the versions that are in service now."""
    with connect(options) as client:
        client.load(options.name)
        versions = [model.version for model in client.models() if model.name == options.name]
    if options.json:
        print(json.dumps({"model": options.name, "versions": versions}))
    else:
        print(f"{options.name}: version {', '.join(map(str, versions))} in service")
    return Status.OK
