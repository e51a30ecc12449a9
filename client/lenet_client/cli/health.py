"""`lenet health` says whether the server is well."""

import argparse
import json

from lenet_client.cli.connection import connect
from lenet_client.cli.status import Status


def run(options: argparse.Namespace) -> int:
    """Print the server's health; status 1 where it takes no calls."""
    with connect(options) as client:
        healthy = client.healthy()
    if options.json:
        print(json.dumps({"server": options.server, "healthy": healthy}))
    else:
        print(f"{options.server}: {'serving' if healthy else 'not serving'}")
    return Status.OK if healthy else Status.FAILED
