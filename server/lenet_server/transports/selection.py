"""Selects the transport that serves the port, native or grpcio, from the settings."""

from importlib.util import find_spec

from lenet_server.errors import SettingsRefused
from lenet_server.security.certificates import tls_files
from lenet_server.settings import Settings


def is_native(settings: Settings) -> bool:
    """Whether the native transport serves: with `--transport native`, or with `auto` if it is installed and suits.

    Raises SettingsRefused if native is required and cannot serve, or if settings contradict each other.
    """
    unsupported = _unsupported_by_native(settings)
    if settings.transport == "native" and unsupported:
        raise SettingsRefused(f"--transport native cannot serve with {unsupported}: leave one of them out")
    if settings.transport == "auto":
        # Native reads a message of any size before it can check the token: see
        # docs/decisions/0008-tokens-use-the-grpcio-transport.md.
        return not unsupported and not settings.token_file and find_spec("pygrpc_native") is not None
    return settings.transport == "native"


def _unsupported_by_native(settings: Settings) -> str | None:
    """A flag in use that native does not support, if there is one."""
    if tls_files(settings):
        return "--tls-certificate"
    return "--max-connection-age-seconds" if settings.max_connection_age_seconds else None
