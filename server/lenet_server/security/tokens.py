"""Bearer tokens and their rights."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from enum import StrEnum

from lenet_server.batching.call_context import Metadata
from lenet_server.errors import PermissionDenied, SettingsRefused, Unauthenticated

# The syntax of a bearer token (b64token) in RFC 6750, section 2.1.
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
# In characters. 16 random base64 characters carry 96 bits, 16 hexadecimal ones 64: too many to guess over a network.
MIN_TOKEN_LENGTH = 16


class Right(StrEnum):
    """The right that a token grants."""

    INFERENCE = "inference"
    """Call every method that changes no state."""
    CONTROL = "control"
    """As INFERENCE, and load and unload models."""


class Tokens:
    """The accepted tokens. Keeps only their SHA-256 digests, so that printing this object reveals no token."""

    def __init__(self, tokens: Sequence[tuple[Right, str]]) -> None:
        self._rights = [(_digest(token), right) for right, token in tokens]

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self._rights)

    def right_of(self, authorization: str) -> Right | None:
        """Return the right of an `authorization` header, None if it is not `Bearer TOKEN` or the token is unknown.

        Compares in constant time: the duration reveals neither which token was sent nor whether it is known.
        """
        scheme, _, token = authorization.partition(" ")
        digest = _digest(token.strip())
        found = None
        for known_digest, right in self._rights:
            if hmac.compare_digest(known_digest, digest):
                found = right
        return found if scheme.lower() == "bearer" else None

    def require(self, required: Right, metadata: Metadata) -> None:
        """Return if the metadata carry a token with the right. Raises Unauthenticated or PermissionDenied."""
        headers = [value for key, value in metadata if key == "authorization"]
        if not headers:
            raise Unauthenticated("a token is needed: send the metadata `authorization: Bearer TOKEN`")
        if len(headers) > 1:
            raise Unauthenticated("several `authorization` headers were sent: send one")
        header = headers[0]
        right = self.right_of(header if isinstance(header, str) else header.decode("latin-1"))
        if right is None:
            raise Unauthenticated("the token is unknown: send `Bearer TOKEN` with a token that this server accepts")
        if right is not required and right is not Right.CONTROL:
            raise PermissionDenied(f"this method needs a token for {required}, but the token sent is for {right}")


def parse(text: str) -> Tokens:
    """Parse a token file: one `RIGHT TOKEN` per line; blank lines and lines that begin with `#` are ignored.

    Raises SettingsRefused with the number of the invalid line but none of its content, which may be a secret.
    """
    tokens: dict[str, Right] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        right, _, token = line.strip().partition(" ")
        token = token.strip()
        if right not in list(Right):
            raise SettingsRefused(f"line {number} does not begin with a right: {' or '.join(Right)}, then the token")
        if not TOKEN.fullmatch(token):
            raise SettingsRefused(f"line {number} has no token of letters, digits and -._~+/ after the right")
        if len(token) < MIN_TOKEN_LENGTH:
            raise SettingsRefused(
                f"the token of line {number} is shorter than {MIN_TOKEN_LENGTH} characters, which can be guessed: "
                "make one with `openssl rand -hex 32`"
            )
        if token in tokens:
            raise SettingsRefused(f"the token of line {number} repeats that of an earlier line: remove one of the two")
        tokens[token] = Right(right)
    if not tokens:
        raise SettingsRefused("it contains no token, so every call would be refused: add a line `inference TOKEN`")
    return Tokens([(right, token) for token, right in tokens.items()])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
