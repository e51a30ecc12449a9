"""What the dashboard asks Prometheus for, and somebody whose calls give it all something to show."""

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
    """What each panel and each annotation asks for, with its title."""
    for annotation in DASHBOARD["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"].replace("$__rate_interval", "1m")


@contextmanager
def load(client: Client, pictures: list[Path], digits: NDArray[np.uint8]) -> Iterator[None]:
    """Somebody who sends picture files and arrays, one of which is no picture, as long as the block lasts."""
    done = threading.Event()

    def send() -> None:
        while not done.is_set():
            client.classify_batch([*digits[:8], *pictures[:2]])
            assert isinstance(client.classify_batch([b"no picture"])[0], ImageError)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        done.set()
        sender.join(30)
