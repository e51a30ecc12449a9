"""Run the command `lenet-server`."""

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
    """Defer SIGTERM and SIGINT, and yield a function that waits for the first of them.

    A second signal kills the program at once, even before the function is called.
    """
    # The kernel may deliver a signal to any thread. Python's C handler writes a byte to the wakeup socket, which wakes
    # the main thread wherever the signal arrived.
    reader, writer = socket.socketpair()
    with reader, writer:

        def restore_default_handlers(*_: object) -> None:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_DFL)

        writer.setblocking(False)
        signal.set_wakeup_fd(writer.fileno())
        for number in SIGNALS:
            signal.signal(number, restore_default_handlers)

        def wait() -> None:
            reader.recv(1)
            signal.set_wakeup_fd(-1)

        yield wait
        signal.set_wakeup_fd(-1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, then drain. Exit status: 0 after a drain, 1 if the server cannot start.

    With --check: 0 if all checks pass, 1 if one fails.
    """
    chosen, only_check = settings.parse_command(arguments)
    logs.configure(chosen.log_format, chosen.log_level)
    if only_check:
        return _check(chosen)
    values = {name: _flag_value(value) for name, value in asdict(chosen).items()}
    log.info("settings: %s", ", ".join(map("=".join, values.items())), extra={"fields": {"settings": values}})
    try:
        exposure.announce(chosen)
        with signals_awaited() as wait_for_signal, Supervisor(chosen, CollectorRegistry()):
            wait_for_signal()
    except (SettingsRefused, ModelRejected, PortUnavailable) as error:
        log.error("%s", error)
        return 1
    return 0


def _flag_value(value: object) -> str:
    """Format a setting's value as on the command line."""
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None else str(value)


def _check(chosen: settings.Settings) -> int:
    from lenet_server.check import check  # imports onnxruntime, which the supervisor does not need

    failed = False
    for finding in check(chosen):
        sys.stdout.write(f"{finding}\n")
        failed |= finding.verdict == "FAILED"
    return int(failed)
