"""The interface for API calls that list, load and unload models."""

from collections.abc import Sequence
from typing import Protocol

from lenet_server.repository.index import IndexEntry


class Control(Protocol):
    """Implemented by the manager, and in a worker by the channel to the supervisor's manager."""

    def load(self, name: str) -> None:
        """Load a model as it is in the repository now, and return when it is served.

        Raises ModelNotFound where the repository has no such model, NotLoadable where it cannot be served: then what
        was served before goes on; NotSupported where callers are not to choose.
        """

    def unload(self, name: str) -> None:
        """Unload a model, and return when its last calls have ended.

        Raises ModelNotFound where it is not served, NotLoadable where the supervisor is gone, NotSupported
        where callers are not to choose.
        """

    def index(self) -> Sequence[IndexEntry]:
        """Return all versions in the repository, served or not, by name and version."""
