"""`lenet unload NAME` takes a model out of service."""

import argparse
import json

from lenet_client.cli.connection import connect
from lenet_client.cli.status import Status


def run(options: argparse.Namespace) -> int:
    """Unload the model."""
    with connect(options) as client:
        client.unload(options.name)
    if options.json:
        print(json.dumps({"model": options.name, "versions": []}))
    else:
        print(f"{options.name}: out of service")
    return Status.OK
