"""A client's connection settings: address, credentials, number of connections, timeout."""

from dataclasses import dataclass
from typing import TypedDict

import grpc

from lenet_client._channel_options import ChannelOptions, channel_options
from lenet_client._credentials import Metadata

# Batches of one classify_many() in flight: two for each connection keep every server process busy, one batch computing
# and one waiting; at least 4 hide the time that a client needs to read the next files.
BATCHES_PER_CONNECTION = 2
MIN_BATCHES_IN_FLIGHT = 4


class CallArguments(TypedDict):
    """The keyword arguments of a gRPC call."""

    timeout: float | None
    metadata: Metadata


@dataclass(frozen=True)
class Connection:
    """A server's address and how to reach it. `timeout`: seconds for each call with its retries, None for no limit."""

    server: str
    credentials: grpc.ChannelCredentials | None
    metadata: Metadata
    connections: int
    timeout: float | None

    def __post_init__(self) -> None:
        if self.connections < 1:
            raise ValueError(f"connections is {self.connections}: at least 1 is needed")

    def channel_options(self) -> ChannelOptions:
        """The gRPC options of each channel."""
        return channel_options(self.server)

    def call_arguments(self) -> CallArguments:
        """The keyword arguments of every call."""
        return {"timeout": self.timeout, "metadata": self.metadata}

    def batches_in_flight(self) -> int:
        """How many batches of one classify_many() may be in flight."""
        return max(MIN_BATCHES_IN_FLIGHT, BATCHES_PER_CONNECTION * self.connections)
