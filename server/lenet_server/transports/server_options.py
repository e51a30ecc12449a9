"""What the transports are told about messages and connections: limits, and who must show that he is still there."""

from typing import TypedDict

from lenet_server.settings import Settings

# From a connection's first byte to the end of the handshake; whoever takes longer holds a socket for nothing.
HANDSHAKE_SECONDS = 20.0
MAX_PING_STRIKES = 2


def options(settings: Settings, address: str) -> list[tuple[str, int]]:
    """What a grpcio server at that address is told: on a Unix socket nothing of connections, for those are our own."""
    limits = message_options(settings)
    return limits if address.startswith("unix:") else limits + connection_options(settings)


def message_options(settings: Settings) -> list[tuple[str, int]]:
    """Limits of a call, wherever it comes from."""
    return [
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_send_message_length", -1),
        # Between the two limits grpcio refuses at random, which nobody could explain to a caller: both are the same.
        ("grpc.max_metadata_size", settings.max_metadata_bytes),
        ("grpc.absolute_max_metadata_size", settings.max_metadata_bytes),
    ]


def connection_options(settings: Settings) -> list[tuple[str, int]]:
    """Limits of a client's connection."""
    limits = [
        ("grpc.max_concurrent_streams", settings.max_concurrent_streams),
        ("grpc.server_handshake_timeout_ms", _milliseconds(HANDSHAKE_SECONDS)),
        ("grpc.keepalive_time_ms", _milliseconds(settings.keepalive_time_seconds)),
        ("grpc.keepalive_timeout_ms", _milliseconds(settings.keepalive_timeout_seconds)),
        # Without this one, grpcio waits a minute for the answer to a ping, whatever the one before says.
        ("grpc.http2.ping_timeout_ms", _milliseconds(settings.keepalive_timeout_seconds)),
        # Both ways, so that idle connections through load balancers live, and those of dead clients do not.
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.http2.min_ping_interval_without_data_ms", _milliseconds(settings.min_ping_interval_seconds)),
        ("grpc.http2.max_ping_strikes", MAX_PING_STRIKES),
    ]
    if settings.max_connection_age_seconds:
        limits += [
            ("grpc.max_connection_age_ms", _milliseconds(settings.max_connection_age_seconds)),
            ("grpc.max_connection_age_grace_ms", _milliseconds(settings.max_connection_age_grace_seconds)),
        ]
    return limits


class NativeOptions(TypedDict):
    """The same for pygrpc-native, as far as it goes: it takes any number of pings and lets connections grow old."""

    max_metadata_size: int
    max_concurrent_streams: int
    keepalive_time_ms: int
    keepalive_timeout_ms: int
    keepalive_permit_without_calls: bool


def native_options(settings: Settings) -> NativeOptions:
    """What pygrpc-native's front is told."""
    return NativeOptions(
        max_metadata_size=settings.max_metadata_bytes,
        max_concurrent_streams=settings.max_concurrent_streams,
        keepalive_time_ms=_milliseconds(settings.keepalive_time_seconds),
        keepalive_timeout_ms=_milliseconds(settings.keepalive_timeout_seconds),
        keepalive_permit_without_calls=True,
    )


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
