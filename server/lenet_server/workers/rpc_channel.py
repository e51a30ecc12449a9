"""A channel between two processes, over which each sends requests and the other replies."""

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
    """The other process has exited or disconnected."""


@dataclass(frozen=True)
class Request:
    """A message to handle. `number` identifies the request among those of its sender."""

    number: int
    message: object


@dataclass(frozen=True)
class Reply:
    """The result of a request."""

    number: int
    value: object


@dataclass(frozen=True)
class ErrorReply:
    """The exception that a request raised."""

    number: int
    kind: type[Exception]
    text: str


class RpcChannel:
    """One end of the channel. Attributes: `closed`, set when the other process has exited or disconnected."""

    def __init__(
        self,
        connection: "Connection[Any, Any]",
        handler: Callable[[Any], object],
        executor: Executor,
        inline: tuple[type, ...] = (),
    ) -> None:
        """Handle the other process's messages in the executor; those of the types `inline` in the listening thread.

        Inline messages do not wait for others, and must be handled fast: no other message is read meanwhile.
        """
        self.closed = threading.Event()
        self._connection = connection
        self._handler = handler
        self._executor = executor
        self._inline = inline
        self._send_lock = threading.Lock()
        self._pending_lock = threading.Lock()
        self._pending: dict[int, Future[Any]] = {}
        self._last_number = 0

    def request(self, message: object) -> "Future[Any]":
        """Send a message. The future holds the reply, or raises ChannelClosed or the exception of the other process.

        That is a ServingError, or RuntimeError for an unexpected exception, which the other process logs.
        """
        future: Future[Any] = Future()
        with self._pending_lock:
            self._last_number += 1
            number = self._last_number
            self._pending[number] = future
        self._send(Request(number, message))
        if self.closed.is_set():
            self._fail_pending()
        return future

    def listen(self) -> None:
        """Receive requests and replies until the channel is closed."""
        try:
            while True:
                self._receive(self._connection.recv())
        except (EOFError, OSError):
            pass
        finally:
            self.closed.set()
            self._fail_pending()

    def disconnect(self) -> None:
        """Close the channel for both processes: their listen() returns."""
        # Closing the connection would not wake a thread that reads from it.
        with suppress(OSError), socket.socket(fileno=os.dup(self._connection.fileno())) as duplicate:
            duplicate.shutdown(socket.SHUT_RDWR)

    def _receive(self, received: Request | Reply | ErrorReply) -> None:
        match received:
            case Request(message=message) if isinstance(message, self._inline):
                self._handle(received)
            case Request():
                self._executor.submit(self._handle, received)
            case Reply(number, value):
                self._pop_pending(number).set_result(value)
            case ErrorReply(number, kind, text):
                # Without the constructor, which may take other arguments than the text.
                self._pop_pending(number).set_exception(kind.__new__(kind, text))

    def _handle(self, request: Request) -> None:
        try:
            reply: Reply | ErrorReply = Reply(request.number, self._handler(request.message))
        except ServingError as error:
            reply = ErrorReply(request.number, type(error), str(error))
        except Exception:  # without a reply, the other process would wait forever
            log.exception("%r failed unexpectedly", request.message)
            reply = ErrorReply(request.number, RuntimeError, "the request failed unexpectedly")
        self._send(reply)

    def _send(self, message: Request | Reply | ErrorReply) -> None:
        with suppress(OSError), self._send_lock:  # listen() notices a closed channel
            self._connection.send(message)

    def _pop_pending(self, number: int) -> "Future[Any]":
        with self._pending_lock:
            return self._pending.pop(number)

    def _fail_pending(self) -> None:
        with self._pending_lock:
            pending, self._pending = self._pending, {}
        for future in pending.values():
            future.set_exception(ChannelClosed())
