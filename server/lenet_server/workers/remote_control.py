"""The Control of a worker process: it asks the supervisor, which has the manager."""

from collections.abc import Sequence
from typing import Any

from lenet_server.errors import Unavailable
from lenet_server.repository.index import IndexEntry
from lenet_server.workers.messages import Index, Load, Unload
from lenet_server.workers.rpc_channel import ChannelClosed, RpcChannel


class RemoteControl:
    """Asks over a worker's line. Raises Unavailable besides, where the supervisor is gone."""

    def __init__(self, line: RpcChannel) -> None:
        self._line = line

    def load(self, name: str) -> None:
        """See Control."""
        self._ask(Load(name))

    def unload(self, name: str) -> None:
        """See Control."""
        self._ask(Unload(name))

    def index(self) -> Sequence[IndexEntry]:
        """See Control."""
        entries: Sequence[IndexEntry] = self._ask(Index())
        return entries

    def _ask(self, message: object) -> Any:
        try:
            return self._line.ask(message).result()
        except ChannelClosed:
            raise Unavailable from None
