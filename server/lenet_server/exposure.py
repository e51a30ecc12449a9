"""Report at startup how the settings expose the server to the network."""

import ipaddress
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

from lenet_server.security import certificates
from lenet_server.security.authorizer import read_tokens
from lenet_server.settings import Settings
from lenet_server.transports.selection import is_native

log = logging.getLogger(__name__)


def announce(settings: Settings) -> None:
    """Log TLS and tokens, if enabled, and warn of dangerous settings. Raises SettingsRefused."""
    described = [describe(settings) for describe in DESCRIPTIONS]
    if settings.tls_certificate or settings.token_file:
        log.info("%s", "; ".join(described))
    for danger in dangers(settings):
        log.warning("%s", danger)


def describe_transport(settings: Settings) -> str:
    """Describe the transport. Raises SettingsRefused if it does not support the other settings."""
    return f"transport: {'native' if is_native(settings) else 'grpcio'}"


def describe_tls(settings: Settings) -> str:
    """Describe TLS on the gRPC port. Raises SettingsRefused if its files are invalid."""
    files = certificates.tls_files(settings)
    if files is None:
        return "TLS: off"
    expires = certificates.read(files).expires
    clients = f"clients need a certificate signed by {files.client_ca}" if files.client_ca else "any client"
    return f"TLS: {files.certificate}, valid until {expires:%Y-%m-%d %H:%M} UTC; {clients}"


def describe_tokens(settings: Settings) -> str:
    """Describe token authentication. Raises SettingsRefused if the token file is invalid."""
    if settings.token_file is None:
        return "tokens: not needed"
    return f"tokens: {len(read_tokens(settings.token_file))} in {settings.token_file}"


DESCRIPTIONS = (describe_transport, describe_tls, describe_tokens)


def dangers(settings: Settings) -> Iterator[str]:
    """Yield a warning for each setting that is valid but dangerous."""
    if settings.token_file and not settings.tls_certificate and not _is_loopback(settings.host):
        yield (
            f"TOKENS CROSS THE NETWORK IN PLAIN TEXT: anyone who can read the traffic to {settings.host} can use them. "
            "Set --tls-certificate and --tls-key, or terminate TLS in a proxy in front of the server"
        )
    if settings.token_file and settings.transport == "native":
        yield (
            "--transport native reads a whole message of any size before it checks the token: use --transport grpcio "
            "if untrusted clients can reach the server"
        )
    if settings.model_control == "explicit" and not settings.token_file and not _is_loopback(settings.host):
        yield "EVERY CALLER MAY LOAD AND UNLOAD MODELS (--model-control explicit): set --token-file"
    for flag, file in (("--token-file", settings.token_file), ("--tls-key", settings.tls_key)):
        if file and _is_readable_by_all(file):
            yield f"{flag} {file} can be read by every user of this machine: chmod o-r {file}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_readable_by_all(file: Path) -> bool:
    try:
        return bool(file.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
