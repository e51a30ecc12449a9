"""How the client knows whom it talks to, and proves who it is itself."""

import os
import re
from pathlib import Path

import grpc

File = str | os.PathLike[str]
Metadata = tuple[tuple[str, str], ...]

TOKEN = re.compile(r"[!-~]+")


def credentials(
    tls: bool, ca: File | None, certificate: File | None, key: File | None
) -> grpc.ChannelCredentials | None:
    """What the connection is encrypted with, None for plain text. Each file implies TLS.

    Raises OSError where a file cannot be read, ValueError where a certificate is without its key, or the other way.
    """
    if (certificate is None) != (key is None):
        raise ValueError("tls_certificate and tls_key go together: give both or neither")
    if not tls and ca is None and certificate is None:
        return None
    return grpc.ssl_channel_credentials(*(Path(file).read_bytes() if file else None for file in (ca, key, certificate)))


def authorization(token: str | None) -> Metadata:
    """The metadata of each call. Raises ValueError for what cannot be a token, without a word of it."""
    if token is None:
        return ()
    if not TOKEN.fullmatch(token):
        raise ValueError("a token is one word of printable ASCII characters")
    return (("authorization", f"Bearer {token}"),)
