"""Authorizes each call by its method and bearer token, alike for every transport.

Health checks need no token, because orchestrators have none. Loading and unloading models needs a token with the right
`control`. Every other method, including reflection and unknown methods, needs a token with any right.
"""

from collections.abc import Callable
from pathlib import Path

from lenet_server.batching.call_context import Metadata
from lenet_server.errors import ServingError, SettingsRefused
from lenet_server.security import tokens
from lenet_server.security.reloading_file import ReloadingFile
from lenet_server.security.tokens import Right, Tokens
from lenet_server.settings import Settings

PUBLIC_PREFIX = "/grpc.health.v1.Health/"
CONTROL_METHODS = (
    "/inference.GRPCInferenceService/RepositoryModelLoad",
    "/inference.GRPCInferenceService/RepositoryModelUnload",
)


def required_right(method: str) -> Right | None:
    """Return the right that a call of `method` (`/package.Service/Method`) requires, None if it needs no token."""
    if method.startswith(PUBLIC_PREFIX):
        return None
    return Right.CONTROL if method in CONTROL_METHODS else Right.INFERENCE


class Authorizer:
    """Authorizes calls against a token file, and reports each refusal to `on_refused`."""

    def __init__(self, token_file: ReloadingFile[Tokens], on_refused: Callable[[ServingError], None]) -> None:
        self._token_file = token_file
        self._on_refused = on_refused

    def check(self, method: str, metadata: Metadata) -> None:
        """Return if the call is authorized. Raises Unauthenticated or PermissionDenied."""
        right = required_right(method)
        if right is None:
            return
        self._token_file.reload_if_changed()
        try:
            self._token_file.value.require(right, metadata)
        except ServingError as error:
            self._on_refused(error)
            raise


def make_authorizer(settings: Settings, on_refused: Callable[[ServingError], None]) -> Authorizer | None:
    """Return an authorizer, or None if no token file is set. Raises SettingsRefused if the file cannot be used."""
    file = settings.token_file
    return Authorizer(ReloadingFile([file], lambda: read_tokens(file)), on_refused) if file else None


def read_tokens(file: Path) -> Tokens:
    """Read and parse a token file. Raises SettingsRefused with the flag and the file in its message."""
    try:
        return tokens.parse(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsRefused(f"--token-file {file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsRefused(f"--token-file {file} is not UTF-8 text") from error
    except SettingsRefused as error:
        raise SettingsRefused(f"--token-file {file}: {error}") from error
