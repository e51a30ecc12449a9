"""TLS credentials and bearer tokens."""

import os
import re
from pathlib import Path

import grpc

File = str | os.PathLike[str]
Metadata = tuple[tuple[str, str], ...]

TOKEN = re.compile(r"[!-~]+")


def channel_credentials(
    tls: bool, ca: File | None, certificate: File | None, key: File | None
) -> grpc.ChannelCredentials | None:
    """The TLS credentials of a channel; None for plain text. Each file implies TLS.

    Raises OSError for a file that cannot be read, ValueError for a certificate without its key or the reverse.
    """
    if (certificate is None) != (key is None):
        raise ValueError("tls_certificate and tls_key go together: give both or neither")
    if not tls and ca is None and certificate is None:
        return None
    return grpc.ssl_channel_credentials(*(Path(file).read_bytes() if file else None for file in (ca, key, certificate)))


def authorization(token: str | None) -> Metadata:
    """The metadata that carries the token. Raises ValueError, without quoting it, for an invalid token."""
    if token is None:
        return ()
    if not TOKEN.fullmatch(token):
        raise ValueError("a token is one word of printable ASCII characters")
    return (("authorization", f"Bearer {token}"),)
