"""The connections of a client, and which of them takes the next call."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import grpc

from lenet_client._operation import Method

C = TypeVar("C", bound=grpc.Channel | grpc.aio.Channel)


class Link(Generic[C]):
    """One channel. Attributes: `channel`, and `under_way`, the number of its calls that wait for their answers."""

    def __init__(self, channel: C) -> None:
        self.channel = channel
        self.under_way = 0
        self._methods: dict[str, Any] = {}

    def method(self, method: Method) -> Any:
        """What calls the method on this channel."""
        if method.path not in self._methods:
            self._methods[method.path] = self.channel.unary_unary(
                method.path,
                request_serializer=method.question.SerializeToString,
                response_deserializer=method.answer.FromString,
            )
        return self._methods[method.path]


class Links(Generic[C]):
    """Several channels to one server, each of them a connection of its own.

    A call goes to the channel with the fewest under way, the first of them where there are several: who asks one
    thing at a time has one connection, and who asks many has enough to reach every process of a server.
    """

    def __init__(self, connections: int, opened: Callable[[], C]) -> None:
        self._links: Sequence[Link[C]] = [Link(opened()) for _ in range(connections)]
        self._lock = threading.Lock()

    def take(self) -> Link[C]:
        """The link for a call that begins."""
        with self._lock:
            chosen = self._links[0]
            for link in self._links:
                if link.under_way < chosen.under_way:
                    chosen = link
            chosen.under_way += 1
        return chosen

    def give_back(self, link: Link[C]) -> None:
        """Its call has ended."""
        with self._lock:
            link.under_way -= 1

    def channels(self) -> Sequence[C]:
        """All channels."""
        return [link.channel for link in self._links]
