"""How the client talks to a server: message sizes, retries, time."""

import json

DEFAULT_TIMEOUT = 10.0  # seconds
IN_FLIGHT = 4  # requests of one classify_many() that are on their way at a time

# Every method only asks, so a call that met no server, one that is shutting down, or a full queue may be sent again.
_SERVICE_CONFIG = {
    "methodConfig": [
        {
            "name": [{"service": "lenet.v1.Classifier"}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 3,
                "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
            },
        }
    ]
}

OPTIONS: list[tuple[str, str | int]] = [
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
    ("grpc.enable_retries", 1),
    ("grpc.max_send_message_length", -1),  # the server's limit counts, and its error names it
    ("grpc.max_receive_message_length", -1),
]
