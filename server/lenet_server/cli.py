"""The command `lenet-server`."""

import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from prometheus_client import CollectorRegistry

from lenet_server import exposure, logs, settings
from lenet_server.errors import ModelRejected, PortUnavailable, SettingsRefused
from lenet_server.workers.supervisor import Supervisor

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def signals_awaited() -> Iterator[Callable[[], None]]:
    """Defer SIGTERM and SIGINT. The function that the block gets returns when one has arrived.

    When one has come, whether it was waited for yet or not, a further one ends the program on the spot.
    """
    # A signal may be handed to any thread, and the main thread sleeps on unless it waits for something that the
    # handler written in C does: it writes a byte.
    reader, writer = socket.socketpair()
    with reader, writer:

        def let_the_next_one_end_it(*_: object) -> None:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_DFL)

        writer.setblocking(False)
        signal.set_wakeup_fd(writer.fileno())
        for number in SIGNALS:
            signal.signal(number, let_the_next_one_end_it)

        def wait() -> None:
            reader.recv(1)
            signal.set_wakeup_fd(-1)

        yield wait
        signal.set_wakeup_fd(-1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, then drain. Exit status: 0 after a drain, 1 if nothing could be served.

    With --check: 0 where a start would meet no trouble, 1 where it would.
    """
    chosen, only_check = settings.parse_command(arguments)
    logs.configure(chosen.log_format, chosen.log_level)
    if only_check:
        return _check(chosen)
    told = {name: _as_given(value) for name, value in asdict(chosen).items()}
    log.info("settings: %s", ", ".join(map("=".join, told.items())), extra={"fields": {"settings": told}})
    try:
        exposure.announce(chosen)
        with signals_awaited() as wait_for_signal, Supervisor(chosen, CollectorRegistry()):
            wait_for_signal()
    except (SettingsRefused, ModelRejected, PortUnavailable) as error:
        log.error("%s", error)
        return 1
    return 0


def _as_given(value: object) -> str:
    """Return a setting's value as its flag takes it."""
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None else str(value)


def _check(chosen: settings.Settings) -> int:
    from lenet_server.check import check  # with the modules that compute, which the supervisor does not need

    failed = False
    for finding in check(chosen):
        sys.stdout.write(f"{finding}\n")
        failed |= finding.verdict == "FAILED"
    return int(failed)
