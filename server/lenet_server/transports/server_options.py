"""The transports' options for messages and connections: limits, and keepalive."""

from typing import TypedDict

from lenet_server.settings import Settings

# A connection whose handshake takes longer is closed. grpcio's default is 120 s; a TLS handshake over a slow mobile
# network takes a few seconds.
HANDSHAKE_SECONDS = 20.0
# Pings too early that close a connection: grpcio's own default, which its clients are made for.
MAX_PING_STRIKES = 2


def options(settings: Settings, address: str) -> list[tuple[str, int]]:
    """The options of a grpcio server at an address: on a Unix socket, which only this server uses, limits of calls."""
    limits = message_options(settings)
    return limits if address.startswith("unix:") else limits + connection_options(settings)


def message_options(settings: Settings) -> list[tuple[str, int]]:
    """Limits of a call."""
    return [
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_send_message_length", -1),
        # Between a soft and a hard limit grpcio refuses at random: equal limits make it predictable.
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
        # Without this, grpcio waits a minute for the answer to a ping, whatever keepalive_timeout_ms says.
        ("grpc.http2.ping_timeout_ms", _milliseconds(settings.keepalive_timeout_seconds)),
        # Pings in both directions, also without calls: they keep idle connections through load balancers open, and find
        # dead clients.
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
    """The options that pygrpc-native has: none limits pings or a connection's age."""

    max_metadata_size: int
    max_concurrent_streams: int
    keepalive_time_ms: int
    keepalive_timeout_ms: int
    keepalive_permit_without_calls: bool


def native_options(settings: Settings) -> NativeOptions:
    """The options of pygrpc-native's front."""
    return NativeOptions(
        max_metadata_size=settings.max_metadata_bytes,
        max_concurrent_streams=settings.max_concurrent_streams,
        keepalive_time_ms=_milliseconds(settings.keepalive_time_seconds),
        keepalive_timeout_ms=_milliseconds(settings.keepalive_timeout_seconds),
        keepalive_permit_without_calls=True,
    )


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
