"""The command `lenet-server`."""

import logging
import signal
from collections.abc import Sequence
from dataclasses import asdict
from queue import SimpleQueue

from prometheus_client import CollectorRegistry

from lenet_server import logs, settings
from lenet_server.app import App
from lenet_server.errors import ModelRejected, PortUnavailable

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, then drain. Exit status: 0 after a drain, 1 where nothing could be served."""
    chosen = settings.parse(arguments)
    logs.configure(chosen.log_format, chosen.log_level)
    log.info("settings: %s", ", ".join(f"{name}={value}" for name, value in asdict(chosen).items()))
    # A handler runs between any two steps of the main thread, even inside a lock's own code: of all ways to wake a
    # thread only SimpleQueue is made for that.
    signals: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: signals.put(received))
    try:
        with App(chosen, CollectorRegistry()):
            signals.get()
            # A second signal ends the program on the spot.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
    except (ModelRejected, PortUnavailable) as error:
        log.error("%s", error)
        return 1
    return 0
