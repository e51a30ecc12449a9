"""The command `lenet-server`."""

import logging
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from prometheus_client import CollectorRegistry

from lenet_server import logs, settings
from lenet_server.errors import ModelRejected, PortUnavailable
from lenet_server.supervisor import Supervisor

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def signals_awaited() -> Iterator[Callable[[], None]]:
    """Hold SIGTERM and SIGINT back until the function that this gives is called; it returns when one has come.

    From then on, a further signal ends the program on the spot.
    """
    # A signal may be handed to any thread, and the main thread sleeps on unless it waits for something that the
    # handler written in C does: it writes a byte.
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        signal.set_wakeup_fd(writer.fileno())
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)

        def wait() -> None:
            reader.recv(1)
            signal.set_wakeup_fd(-1)
            for number in SIGNALS:
                signal.signal(number, signal.SIG_DFL)

        yield wait
        signal.set_wakeup_fd(-1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, then drain. Exit status: 0 after a drain, 1 where nothing could be served."""
    chosen = settings.parse(arguments)
    logs.configure(chosen.log_format, chosen.log_level)
    log.info("settings: %s", ", ".join(f"{name}={value}" for name, value in asdict(chosen).items()))
    try:
        with signals_awaited() as wait_for_signal, Supervisor(chosen, CollectorRegistry()):
            wait_for_signal()
    except (ModelRejected, PortUnavailable) as error:
        log.error("%s", error)
        return 1
    return 0
