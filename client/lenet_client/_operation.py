"""The client's operations independent of transport, so that Client and AsyncClient share them (sans-I/O).

A protocol writes each operation once, as a generator: it yields the calls to make, receives their responses,
and returns the result. A transport runs the generator, blocking or with await.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from google.protobuf.message import Message

from lenet_client._batches import Batch
from lenet_client._results import ImageResult, Model

T = TypeVar("T")


@dataclass(frozen=True)
class ClassifyOptions:
    """The model, its version (a number, 0 for the newest, or an alias), and the number of labels (0: three)."""

    model: str = ""
    version: int | str = 0
    top_k: int = 0


@dataclass(frozen=True)
class Method:
    """A unary gRPC method: its path and the types of its messages."""

    path: str
    request_type: type[Message]
    response_type: type[Message]


@dataclass(frozen=True)
class Call:
    """One call: a method and its request."""

    method: Method
    request: Message


Operation: TypeAlias = Generator[Call, Any, T]
"""Yields calls, receives their responses, returns a T."""


class ServerProtocol(Protocol):
    """The operations that a client needs from a server, in one gRPC protocol."""

    def classify(self, batch: Batch, options: ClassifyOptions) -> Operation[list[ImageResult]]:
        """Return a result for each image of the batch."""

    def models(self) -> Operation[list[Model]]:
        """Return all model versions."""

    def model(self, name: str, version: int | str) -> Operation[Model]:
        """Return one model version."""

    def healthy(self, model: str) -> Operation[bool]:
        """Return whether the server, or that model, is serving."""
