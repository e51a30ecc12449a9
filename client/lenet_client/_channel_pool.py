"""The channels of a client, and which of them takes the next call."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import grpc

from lenet_client._operation import Method

C = TypeVar("C", bound=grpc.Channel | grpc.aio.Channel)


class PooledChannel(Generic[C]):
    """One channel with its methods. Attributes: `channel`; `in_flight`, the number of its unanswered calls."""

    def __init__(self, channel: C) -> None:
        self.channel = channel
        self.in_flight = 0
        self._methods: dict[str, Any] = {}

    def method(self, method: Method) -> Any:
        """The callable that invokes the method on this channel."""
        if method.path not in self._methods:
            self._methods[method.path] = self.channel.unary_unary(
                method.path,
                request_serializer=method.request_type.SerializeToString,
                response_deserializer=method.response_type.FromString,
            )
        return self._methods[method.path]


class ChannelPool(Generic[C]):
    """Several channels to one server, each with a connection of its own.

    A call takes the channel with the fewest calls in flight, the first of them when several have equally few: a caller
    that makes one call at a time uses one connection, concurrent calls use enough to reach each server process.
    """

    def __init__(self, connections: int, open_channel: Callable[[], C]) -> None:
        self._channels: Sequence[PooledChannel[C]] = [PooledChannel(open_channel()) for _ in range(connections)]
        self._lock = threading.Lock()

    def acquire(self) -> PooledChannel[C]:
        """The channel for a new call; release it when the call has ended."""
        with self._lock:
            chosen = self._channels[0]
            for each in self._channels:
                if each.in_flight < chosen.in_flight:
                    chosen = each
            chosen.in_flight += 1
        return chosen

    def release(self, pooled: PooledChannel[C]) -> None:
        """Count the call as ended."""
        with self._lock:
            pooled.in_flight -= 1

    def channels(self) -> Sequence[C]:
        """All channels."""
        return [each.channel for each in self._channels]
