"""Who may call what: the same for each transport.

Health checks are open to all, for orchestrators have no token. The control of the model repository needs a token for
`control`. Everything else, reflection among it and methods that do not exist, needs any token.
"""

from collections.abc import Callable
from pathlib import Path

from lenet_server.batching.call_context import Metadata
from lenet_server.errors import ServingError, SettingsRefused
from lenet_server.security import tokens
from lenet_server.security.reloading_file import ReloadingFile
from lenet_server.security.tokens import Right, Tokens
from lenet_server.settings import Settings

OPEN = "/grpc.health.v1.Health/"
CONTROL = (
    "/inference.GRPCInferenceService/RepositoryModelLoad",
    "/inference.GRPCInferenceService/RepositoryModelUnload",
)


def right_needed(method: str) -> Right | None:
    """The right that a call of the method (`/package.Service/Method`) needs, None where it is open to all."""
    if method.startswith(OPEN):
        return None
    return Right.CONTROL if method in CONTROL else Right.INFERENCE


class Authorizer:
    """Lets those calls pass whose token allows them. `refused` is told why others do not."""

    def __init__(self, known: ReloadingFile[Tokens], refused: Callable[[ServingError], None]) -> None:
        self._known = known
        self._refused = refused

    def check(self, method: str, metadata: Metadata) -> None:
        """Let the call pass, or raise Unauthenticated or PermissionDenied."""
        needed = right_needed(method)
        if needed is None:
            return
        self._known.renew()
        try:
            self._known.value.require(needed, metadata)
        except ServingError as error:
            self._refused(error)
            raise


def authorizer_for(settings: Settings, refused: Callable[[ServingError], None]) -> Authorizer | None:
    """Return the authorizer of the settings, None where every caller may call. Raises SettingsRefused."""
    file = settings.token_file
    return Authorizer(ReloadingFile([file], lambda: read_tokens(file)), refused) if file else None


def read_tokens(file: Path) -> Tokens:
    """The tokens of a file. Raises SettingsRefused with the flag's name."""
    try:
        return tokens.parse(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsRefused(f"--token-file {file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsRefused(f"--token-file {file} is not text in UTF-8") from error
    except SettingsRefused as error:
        raise SettingsRefused(f"--token-file {file}: {error}") from error
