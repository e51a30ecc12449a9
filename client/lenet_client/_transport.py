"""Sends Client's calls over gRPC: blocking, or as futures for calls in flight."""

import time
from typing import Any, TypeVar

import grpc

from lenet_client._channel_pool import ChannelPool
from lenet_client._connection import Connection
from lenet_client._errors import LenetError, translated
from lenet_client._operation import Call, Operation
from lenet_client._retries import RETRYABLE_ERRORS, RetryBudget

T = TypeVar("T")


class Transport:
    """A pool of channels to one server, usable from any thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pool: ChannelPool[grpc.Channel] = ChannelPool(connection.connections, self._open_channel)

    def run(self, operation: Operation[T]) -> T:
        """Run an operation and return its result. Raises LenetError when a call fails."""
        try:
            call = next(operation)
        except StopIteration as end:  # it needs no call
            result: T = end.value
            return result
        return self.resume(operation, call, None, retry_seconds=0.0)

    def resume(self, operation: Operation[T], call: Call, future: Any, retry_seconds: float) -> T:
        """Finish an operation that has yielded `call`; `future` is that call where it has been started.

        Each call is retried for up to `retry_seconds` while the server is unreachable or busy.
        """
        try:
            while True:
                try:
                    response = self._response(call, RetryBudget(retry_seconds), future)
                except LenetError as error:  # the operation may have another way
                    call = operation.throw(error)
                else:
                    call = operation.send(response)
                future = None
        except StopIteration as end:
            result: T = end.value
            return result

    def start(self, call: Call) -> Any:
        """Send a call and return its gRPC future."""
        pooled = self._pool.acquire()
        future = pooled.method(call.method).future(call.request, **self._connection.call_arguments())
        future.add_done_callback(lambda _: self._pool.release(pooled))
        return future

    def close(self) -> None:
        """Close the channels; calls in flight are cancelled."""
        for channel in self._pool.channels():
            channel.close()

    def _open_channel(self) -> grpc.Channel:
        to = self._connection
        if to.credentials:
            return grpc.secure_channel(to.server, to.credentials, to.channel_options())
        return grpc.insecure_channel(to.server, to.channel_options())

    def _response(self, call: Call, budget: RetryBudget, future: Any) -> Any:
        while True:
            try:
                if future is None:
                    return self._send(call)
                with translated(self._connection.server):
                    return future.result()
            except RETRYABLE_ERRORS as error:
                delay = budget.next_delay(error)
            future = None
            time.sleep(delay)

    def _send(self, call: Call) -> Any:
        pooled = self._pool.acquire()
        try:
            with translated(self._connection.server):
                return pooled.method(call.method)(call.request, **self._connection.call_arguments())
        finally:
            self._pool.release(pooled)
