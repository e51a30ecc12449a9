"""How callers ask what is in the model repository, and have models loaded and unloaded."""

from collections.abc import Sequence
from typing import Protocol

from lenet_server.repository.index import IndexEntry


class Control(Protocol):
    """The manager itself, or in a process that has none the way to it."""

    def load(self, name: str) -> None:
        """Serve what the repository has of a model now, and return when it is served.

        Raises ModelNotFound where the repository has no such model, NotLoadable where it cannot be served: then what
        was served before goes on; NotSupported where callers are not to choose.
        """

    def unload(self, name: str) -> None:
        """Serve a model no longer, and return when its last calls are answered.

        Raises ModelNotFound where it is not served, NotLoadable where the supervisor is gone, NotSupported
        where callers are not to choose.
        """

    def index(self) -> Sequence[IndexEntry]:
        """All that the repository has, by name and version, served or not."""
