"""Reads the TLS files and verifies, with a handshake in memory, that clients can connect with them."""

import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from lenet_server.errors import SettingsRefused
from lenet_server.settings import Settings

# Rounds of the handshake in memory, in each of which both sides send what they can: TLS 1.3 takes two, TLS 1.2 three;
# one is spare.
MAX_HANDSHAKE_ROUNDS = 4


@dataclass(frozen=True)
class TlsFiles:
    """Paths of the TLS files in the settings."""

    certificate: Path
    key: Path
    client_ca: Path | None

    def all(self) -> list[Path]:
        """Return all paths that are set."""
        return [self.certificate, self.key, *([self.client_ca] if self.client_ca else [])]


@dataclass(frozen=True)
class Certificates:
    """Contents of the TLS files in PEM form, and the expiry date of the server's certificate."""

    chain: bytes
    key: bytes = field(repr=False)
    client_ca: bytes | None
    expires: datetime


def tls_files(settings: Settings) -> TlsFiles | None:
    """Return the TLS files, None if TLS is off. Raises SettingsRefused if a file is set without those it needs."""
    certificate, key, client_ca = settings.tls_certificate, settings.tls_key, settings.tls_client_ca
    if certificate and key:
        return TlsFiles(certificate, key, client_ca)
    if certificate:
        raise SettingsRefused(f"--tls-certificate {certificate} needs its private key: set --tls-key")
    if key:
        raise SettingsRefused(f"--tls-key {key} needs its certificate: set --tls-certificate")
    if client_ca:
        raise SettingsRefused(
            f"--tls-client-ca {client_ca} needs TLS: set --tls-certificate and --tls-key, or unset --tls-client-ca"
        )
    return None


def read(files: TlsFiles) -> Certificates:
    """Read the files and verify that a handshake with them succeeds. Raises SettingsRefused if it fails."""
    chain = _content("--tls-certificate", files.certificate)
    key = _content("--tls-key", files.key)
    client_ca = _content("--tls-client-ca", files.client_ca) if files.client_ca else None
    expires = _verify_handshake(files)
    if files.client_ca:
        _check_client_ca(files.client_ca)
    return Certificates(chain, key, client_ca, expires)


def _content(flag: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SettingsRefused(f"{flag} {file} cannot be read: {error.strerror}") from error


def _verify_handshake(files: TlsFiles) -> datetime:
    """Perform a handshake with a client that trusts the server's certificate, and return its expiry date."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # trust the certificate itself, whatever its issuer
    _load_trusted(client, "--tls-certificate", files.certificate)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        server.load_cert_chain(files.certificate, files.key, lambda: _refuse_encrypted(files.key))
    except ssl.SSLError as error:
        reason = "does not belong to" if error.reason == "KEY_VALUES_MISMATCH" else "cannot be used with"
        raise SettingsRefused(
            f"--tls-key {files.key} {reason} --tls-certificate {files.certificate} ({error.reason or error}): "
            "set both to files in PEM form that were issued together"
        ) from error
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client_side = client.wrap_bio(to_client, to_server)
    sides = (client_side, server.wrap_bio(to_server, to_client, server_side=True))
    try:
        for _ in range(MAX_HANDSHAKE_ROUNDS):
            for side in sides:
                with suppress(ssl.SSLWantReadError):
                    side.do_handshake()
    except ssl.SSLCertVerificationError as error:
        raise SettingsRefused(
            f"--tls-certificate {files.certificate}: {error.verify_message}: set it to a certificate that is valid now"
        ) from error
    except ssl.SSLError as error:
        raise SettingsRefused(f"--tls-certificate {files.certificate} fails in a handshake: {error.reason}") from error
    return _time((client_side.getpeercert() or {})["notAfter"])


def _check_client_ca(file: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load_trusted(context, "--tls-client-ca", file)
    authorities = context.get_ca_certs()
    now = datetime.now(UTC)
    if not any(_time(each["notAfter"]) > now for each in authorities):
        reason = "all its certificates have expired" if authorities else "it holds no certificate that may sign others"
        raise SettingsRefused(f"--tls-client-ca {file}: {reason}: no client could connect")


def _load_trusted(context: ssl.SSLContext, flag: str, file: Path) -> None:
    try:
        context.load_verify_locations(file)
    except (ssl.SSLError, OSError) as error:
        raise SettingsRefused(f"{flag} {file} holds no certificate in PEM form") from error


def _refuse_encrypted(file: Path) -> NoReturn:
    raise SettingsRefused(f"--tls-key {file} is encrypted, and the server cannot ask for a password: decrypt the key")


def _time(text: object) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(text)), UTC)
