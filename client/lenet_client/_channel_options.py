"""The options of a gRPC channel: retries, load balancing, reconnection, message sizes."""

import json
from typing import Any

from lenet_client._retries import retry_config

# Name schemes that resolve to several addresses; calls go to them in turn.
_LOAD_BALANCED_SCHEMES = ("dns:", "ipv4:", "ipv6:")

# A server that restarts is back within a second or two: gRPC's own defaults are 1 s and 120 s.
_MIN_RECONNECT_MS = 100
_MAX_RECONNECT_MS = 1000

ChannelOptions = list[tuple[str, str | int]]


def channel_options(server: str) -> ChannelOptions:
    """The options of a channel to HOST:PORT, or to a gRPC name such as dns:///HOST:PORT."""
    config: dict[str, Any] = {"methodConfig": retry_config()}
    if server.startswith(_LOAD_BALANCED_SCHEMES):
        config["loadBalancingConfig"] = [{"round_robin": {}}]
        # Skips servers whose health service reports NOT_SERVING; one without a health service counts as healthy.
        config["healthCheckConfig"] = {"serviceName": ""}
    return [
        ("grpc.service_config", json.dumps(config)),
        ("grpc.enable_retries", 1),
        ("grpc.use_local_subchannel_pool", 1),  # otherwise all channels to a server share one connection
        ("grpc.initial_reconnect_backoff_ms", _MIN_RECONNECT_MS),
        ("grpc.max_reconnect_backoff_ms", _MAX_RECONNECT_MS),
        ("grpc.max_send_message_length", -1),  # no limit here: the server's applies, and its error names it
        ("grpc.max_receive_message_length", -1),
    ]
