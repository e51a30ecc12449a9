"""Logs the start of a server and drains it; shared by the server in one process and the supervisor of several."""

import logging
import time
from collections.abc import Callable, Mapping

from lenet_server import __version__
from lenet_server.settings import Settings

log = logging.getLogger(__name__)


def log_addresses(settings: Settings, grpc_port: int, http_port: int) -> None:
    """Log the version and the addresses of both ports."""
    log.info(
        "lenet-server %s serves gRPC on %s:%d, HTTP on %s:%d",
        __version__,
        settings.host,
        grpc_port,
        settings.host,
        http_port,
        extra={"fields": {"grpc_port": grpc_port, "http_port": http_port}},
    )


def drain(
    settings: Settings,
    announce: Callable[[], None],
    stop: Callable[[float], None],
    requests_by_code: Callable[[], Mapping[str, int]],
) -> None:
    """Announce the shutdown, wait the shutdown delay, stop within the grace period, and log the requests answered.

    The server keeps answering during the delay, so that load balancers see NOT_SERVING before calls are refused.
    """
    announce()
    log.info("draining")
    time.sleep(settings.shutdown_delay_seconds)
    stop(settings.shutdown_grace_seconds)
    answered = requests_by_code()
    log.info("stopped, requests answered: %d", sum(answered.values()), extra={"fields": {"requests": answered}})
