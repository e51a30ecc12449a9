"""How the client talks to a server: retries, several servers, message sizes, time."""

import json
from typing import Any

DEFAULT_TIMEOUT = 10.0  # seconds
DEFAULT_CONNECTIONS = 4
DEFAULT_PATIENCE = 30.0  # seconds

# A call that met no server, one that is shutting down, or a full queue may be sent again: it only asks. gRPC does so
# within the call's deadline, a little later each time, and up to 20 % earlier or later than said.
_RETRIES = {
    "maxAttempts": 4,
    "initialBackoff": "0.1s",
    "maxBackoff": "1s",
    "backoffMultiplier": 3,
    "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
}
# Loading a model is not among them: where the answer was lost, whether to do it again is for people to say.
_REPEATABLE = [
    {"service": "lenet.v1.Classifier"},
    {"service": "grpc.health.v1.Health"},
    *(
        {"service": "inference.GRPCInferenceService", "method": method}
        for method in ("ModelInfer", "ModelMetadata", "ServerMetadata", "ServerReady", "ModelReady", "RepositoryIndex")
    ),
]
# Schemes by which one name is several servers; they take turns.
_SEVERAL_SERVERS = ("dns:", "ipv4:", "ipv6:")

Options = list[tuple[str, str | int]]


def channel_options(server: str, connections: int) -> Options:
    """The options of a channel to HOST:PORT, or to a gRPC name such as dns:///HOST:PORT.

    Raises ValueError where there is to be no connection at all.
    """
    if connections < 1:
        raise ValueError(f"connections is {connections}: at least 1 is needed")
    config: dict[str, Any] = {"methodConfig": [{"name": _REPEATABLE, "retryPolicy": _RETRIES}]}
    if server.startswith(_SEVERAL_SERVERS):
        config["loadBalancingConfig"] = [{"round_robin": {}}]
        # A server that says it is shutting down gets no more calls; one that has no health service gets them all.
        config["healthCheckConfig"] = {"serviceName": ""}
    return [
        ("grpc.service_config", json.dumps(config)),
        ("grpc.enable_retries", 1),
        ("grpc.use_local_subchannel_pool", 1),  # or all channels to a server would be one connection
        ("grpc.initial_reconnect_backoff_ms", 100),  # a server that restarts is away for a second or two
        ("grpc.max_reconnect_backoff_ms", 1000),
        ("grpc.max_send_message_length", -1),  # the server's limit counts, and its error names it
        ("grpc.max_receive_message_length", -1),
    ]


def flights_at_a_time(connections: int) -> int:
    """How many batches of one classify_many() are under way at a time: one waits at each server process."""
    return max(4, 2 * connections)
