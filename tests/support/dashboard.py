"""The queries of the Grafana dashboard, and a load that gives every panel data."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet_client import Client, ImageError
from tests.conftest import ROOT

GRAFANA = ROOT / "deploy/grafana"
DASHBOARD = json.loads((GRAFANA / "dashboards/lenet.json").read_text())


def queries() -> Iterator[tuple[str, str]]:
    """Yield title and query of each annotation and each panel."""
    for annotation in DASHBOARD["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"].replace("$__rate_interval", "1m")


@contextmanager
def load(client: Client, pictures: list[Path], digits: NDArray[np.uint8]) -> Iterator[None]:
    """Send picture files, arrays and an invalid picture for as long as the block lasts."""
    done = threading.Event()

    def send() -> None:
        while not done.is_set():
            client.classify_batch([*digits[:8], *pictures[:2]])
            assert isinstance(client.classify_batch([b"not a picture"])[0], ImageError)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        done.set()
        sender.join(30)
