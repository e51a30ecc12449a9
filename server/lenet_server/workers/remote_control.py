"""The Control of a worker process: sends requests to the supervisor, which holds the ModelManager."""

from collections.abc import Sequence
from typing import Any

from lenet_server.errors import Unavailable
from lenet_server.repository.index import IndexEntry
from lenet_server.workers.messages import Index, Load, Unload
from lenet_server.workers.rpc_channel import ChannelClosed, RpcChannel


class RemoteControl:
    """Implements Control over a channel. Its methods also raise Unavailable, if the supervisor has exited."""

    def __init__(self, channel: RpcChannel) -> None:
        self._channel = channel

    def load(self, name: str) -> None:
        """See Control."""
        self._request(Load(name))

    def unload(self, name: str) -> None:
        """See Control."""
        self._request(Unload(name))

    def index(self) -> Sequence[IndexEntry]:
        """See Control."""
        entries: Sequence[IndexEntry] = self._request(Index())
        return entries

    def _request(self, message: object) -> Any:
        try:
            return self._channel.request(message).result()
        except ChannelClosed:
            raise Unavailable from None
