"""A line between two processes, on which either may ask and the other answers."""

import logging
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from lenet_server.errors import ServingError

log = logging.getLogger(__name__)


class ChannelClosed(Exception):
    """The other process has ended, or is about to."""


@dataclass(frozen=True)
class Request:
    """What one side wants of the other."""

    number: int
    message: object


@dataclass(frozen=True)
class Reply:
    """What came of it."""

    number: int
    value: object


@dataclass(frozen=True)
class Refusal:
    """Why nothing came of it."""

    number: int
    kind: type[Exception]
    text: str


class RpcChannel:
    """One end of the line.

    Attributes: `closed`, set when the other side is gone.
    """

    def __init__(
        self,
        connection: "Connection[Any, Any]",
        answer: Callable[[Any], object],
        executor: Executor,
        at_once: tuple[type, ...] = (),
    ) -> None:
        """Answer requests in the executor, and those of the types `at_once` in the thread that listens.

        Those must be answered quickly, and do not wait for others.
        """
        self.closed = threading.Event()
        self._connection = connection
        self._answer = answer
        self._executor = executor
        self._at_once = at_once
        self._sending = threading.Lock()
        self._asking = threading.Lock()
        self._asked: dict[int, Future[Any]] = {}
        self._number = 0

    def ask(self, message: object) -> "Future[Any]":
        """The answer that will come, or the ServingError that the other side raised, or ChannelClosed."""
        future: Future[Any] = Future()
        with self._asking:
            self._number += 1
            number = self._number
            self._asked[number] = future
        self._send(Request(number, message))
        if self.closed.is_set():
            self._give_up()
        return future

    def listen(self) -> None:
        """Read what comes until the other side is gone."""
        try:
            while True:
                self._take(self._connection.recv())
        except (EOFError, OSError):
            pass
        finally:
            self.closed.set()
            self._give_up()

    def hang_up(self) -> None:
        """Let the other side go, and the thread that listens as well."""
        # To close the connection would not wake a thread that reads from it.
        with suppress(OSError), socket.socket(fileno=os.dup(self._connection.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)

    def _take(self, received: Request | Reply | Refusal) -> None:
        match received:
            case Request(message=message) if isinstance(message, self._at_once):
                self._respond(received)
            case Request():
                self._executor.submit(self._respond, received)
            case Reply(number, value):
                self._asked_for(number).set_result(value)
            case Refusal(number, kind, text):
                # Not by its constructor, which may want something else than the text.
                self._asked_for(number).set_exception(kind.__new__(kind, text))

    def _respond(self, question: Request) -> None:
        try:
            reply: Reply | Refusal = Reply(question.number, self._answer(question.message))
        except ServingError as error:
            reply = Refusal(question.number, type(error), str(error))
        except Exception:  # the border of a request: the other side has to hear of it
            log.exception("%r failed unexpectedly", question.message)
            reply = Refusal(question.number, RuntimeError, "it failed unexpectedly")
        self._send(reply)

    def _send(self, message: Request | Reply | Refusal) -> None:
        with suppress(OSError), self._sending:  # the other side is gone: listen() will see to it
            self._connection.send(message)

    def _asked_for(self, number: int) -> "Future[Any]":
        with self._asking:
            return self._asked.pop(number)

    def _give_up(self) -> None:
        with self._asking:
            asked, self._asked = self._asked, {}
        for future in asked.values():
            future.set_exception(ChannelClosed())
