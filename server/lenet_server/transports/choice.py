"""Which of the two transports serves the port."""

from importlib.util import find_spec

from lenet_server.errors import SettingsRefused
from lenet_server.security.certificates import tls_files
from lenet_server.settings import Settings


def is_native(settings: Settings) -> bool:
    """Whether the native transport is to serve: where it is asked for, or where it can if the choice is free.

    Raises SettingsRefused where it is asked for and cannot, or where settings do not fit together.
    """
    beyond_it = _beyond_native(settings)
    if settings.transport == "native" and beyond_it:
        raise SettingsRefused(f"--transport native cannot serve with {beyond_it}: leave one of them out")
    if settings.transport == "auto":
        # Native reads a message whole, however large, before it can ask for its token: no choice where some lack one.
        return not beyond_it and not settings.token_file and find_spec("pygrpc_native") is not None
    return settings.transport == "native"


def _beyond_native(settings: Settings) -> str | None:
    """The flag, if there is one, that only grpcio can do."""
    if tls_files(settings):
        return "--tls-certificate"
    return "--max-connection-age-seconds" if settings.max_connection_age_seconds else None
