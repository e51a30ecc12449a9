"""What the settings expose to the network: logged at the start, refused if it cannot work."""

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
    """Log transport, TLS and tokens if the server is secured, and warn of each danger. Raises SettingsRefused."""
    described = [describe(settings) for describe in DESCRIPTIONS]
    if settings.tls_certificate or settings.token_file:
        log.info("%s", "; ".join(described))
    for danger in dangers(settings):
        log.warning("%s", danger)


def describe_transport(settings: Settings) -> str:
    """Describe the transport. Raises SettingsRefused if it does not support the other settings."""
    return f"transport: {'native' if is_native(settings) else 'grpcio'}"


def describe_tls(settings: Settings) -> str:
    """Describe TLS on the gRPC port. Raises SettingsRefused if its files cannot be used."""
    files = certificates.tls_files(settings)
    if files is None:
        return "TLS: off"
    expires = certificates.read(files).expires
    clients = f"clients need a certificate signed by {files.client_ca}" if files.client_ca else "any client"
    return f"TLS: {files.certificate}, valid until {expires:%Y-%m-%d %H:%M} UTC; {clients}"


def describe_tokens(settings: Settings) -> str:
    """Describe the tokens. Raises SettingsRefused if their file cannot be used."""
    if settings.token_file is None:
        return "tokens: not needed"
    return f"tokens: {len(read_tokens(settings.token_file))} in {settings.token_file}"


DESCRIPTIONS = (describe_transport, describe_tls, describe_tokens)


def dangers(settings: Settings) -> Iterator[str]:
    """Yield a warning for each setting that is dangerous but works."""
    if settings.token_file and not settings.tls_certificate and not _is_loopback(settings.host):
        yield (
            f"TOKENS CROSS THE NETWORK IN PLAIN TEXT: anyone who sees the traffic to {settings.host} can use them. "
            "Set --tls-certificate and --tls-key, or have a proxy before the server do TLS"
        )
    if settings.token_file and settings.transport == "native":
        yield (
            "--transport native reads a message whole, of whatever size, before it asks for its token: choose grpcio "
            "where callers without one can reach the server"
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
