"""Bearer tokens, and what each of them allows."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from enum import StrEnum

from lenet_server.batching.call_context import Metadata
from lenet_server.errors import PermissionDenied, SettingsRefused, Unauthenticated

# What RFC 6750 lets a bearer token be made of. Shorter ones can be guessed.
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
MIN_TOKEN_LENGTH = 16


class Right(StrEnum):
    """What a token is for."""

    INFERENCE = "inference"
    """Whatever asks, and changes nothing."""
    CONTROL = "control"
    """The same, and to load and unload models."""


class Tokens:
    """The tokens that a server knows. Only their digests are kept: nothing that prints this object tells a token."""

    def __init__(self, tokens: Sequence[tuple[Right, str]]) -> None:
        self._rights = [(_digest(token), right) for right, token in tokens]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rights)

    def right_of(self, authorization: str) -> Right | None:
        """The right of a header `Bearer TOKEN`, None where it has another form or the token is unknown.

        Takes the same time whichever token it is, and whether it is known.
        """
        scheme, _, token = authorization.partition(" ")
        digest = _digest(token.strip())
        found = None
        for known, right in self._rights:
            if hmac.compare_digest(known, digest):
                found = right
        return found if scheme.lower() == "bearer" else None

    def require(self, needed: Right, metadata: Metadata) -> None:
        """Let a call with this metadata pass if its token has the right. Raises Unauthenticated or PermissionDenied."""
        headers = [value for key, value in metadata if key == "authorization"]
        if not headers:
            raise Unauthenticated("a token is needed: send it as the metadata `authorization: Bearer TOKEN`")
        if len(headers) > 1:
            raise Unauthenticated("there are several `authorization` headers: send one")
        header = headers[0]
        right = self.right_of(header if isinstance(header, str) else header.decode("latin-1"))
        if right is None:
            raise Unauthenticated("the token is unknown: it must be one of this server's, sent as `Bearer TOKEN`")
        if right is not needed and right is not Right.CONTROL:
            raise PermissionDenied(f"this needs a token for {needed}, and the one that was sent is for {right}")


def parse(text: str) -> Tokens:
    """The tokens of a file: a line `RIGHT TOKEN` for each, beside blank lines and those that begin with `#`.

    Raises SettingsRefused with the number of the line that is wrong, and without a word of it: it may be a secret.
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
            raise SettingsRefused(f"the token of line {number} stands in a line before it as well: leave one of them")
        tokens[token] = Right(right)
    if not tokens:
        raise SettingsRefused("there is no token in it: nobody could call")
    return Tokens([(right, token) for token, right in tokens.items()])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
