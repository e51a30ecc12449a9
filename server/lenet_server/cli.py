"""The command `lenet-server`."""

import logging
import signal
import threading
from collections.abc import Sequence
from dataclasses import asdict

from prometheus_client import CollectorRegistry

from lenet_server import logs, settings
from lenet_server.app import App
from lenet_server.errors import ModelRejected
from lenet_server.ports import PortUnavailable

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, then drain. Exit status: 0 after a drain, 1 where nothing could be served."""
    chosen = settings.parse(arguments)
    logs.configure(chosen.log_format, chosen.log_level)
    log.debug("settings: %s", ", ".join(f"{name}={value}" for name, value in asdict(chosen).items()))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        with App(chosen, CollectorRegistry()):
            stop.wait()
            # A second signal ends the program on the spot.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
    except (ModelRejected, PortUnavailable) as error:
        log.error("%s", error)
        return 1
    return 0
