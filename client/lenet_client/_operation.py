"""What is asked of a server, apart from how it gets there: Client and AsyncClient carry the same calls.

A protocol writes each operation once, as a generator of Steps: it yields the calls it needs, is sent their answers, and
returns the result. Who runs the steps decides whether to wait or to await.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from google.protobuf.message import Message

from lenet_client._batches import Batch, Question, Result
from lenet_client._results import Model

T = TypeVar("T")


@dataclass(frozen=True)
class Method:
    """A method of a gRPC service: its path, the message that it is asked with, and the one that answers it."""

    path: str
    question: type[Message]
    answer: type[Message]


@dataclass(frozen=True)
class Call:
    """One call: a method and its request."""

    method: Method
    request: Message


Steps: TypeAlias = Generator[Call, Any, T]


class ServerProtocol(Protocol):
    """What the client asks of a server, in the words of one protocol."""

    def classification(self, batch: Batch, question: Question) -> Steps[list[Result]]:
        """A result for each image of the batch."""

    def models(self) -> Steps[list[Model]]:
        """All model versions."""

    def model(self, name: str, version: int | str) -> Steps[Model]:
        """One model version."""

    def healthy(self, model: str) -> Steps[bool]:
        """Whether the server, or that model, takes calls."""
