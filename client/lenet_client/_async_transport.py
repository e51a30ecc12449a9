"""Sends AsyncClient's calls over gRPC."""

import asyncio
from typing import Any, TypeVar

import grpc

from lenet_client._channel_pool import ChannelPool
from lenet_client._connection import Connection
from lenet_client._errors import LenetError, translated
from lenet_client._operation import Call, Operation
from lenet_client._retries import RETRYABLE_ERRORS, RetryBudget

T = TypeVar("T")


class AsyncTransport:
    """A pool of channels to one server, for one event loop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pool: ChannelPool[grpc.aio.Channel] = ChannelPool(connection.connections, self._open_channel)

    async def run(self, operation: Operation[T], retry_seconds: float = 0.0) -> T:
        """Run an operation and return its result. Raises LenetError when a call fails.

        Each call is retried for up to `retry_seconds` while the server is unreachable or busy.
        """
        try:
            call = next(operation)
            while True:
                try:
                    response = await self._response(call, RetryBudget(retry_seconds))
                except LenetError as error:  # the operation may have another way
                    call = operation.throw(error)
                else:
                    call = operation.send(response)
        except StopIteration as end:
            result: T = end.value
            return result

    async def close(self) -> None:
        """Close the channels; calls in flight are cancelled."""
        await asyncio.gather(*(channel.close() for channel in self._pool.channels()))

    def _open_channel(self) -> grpc.aio.Channel:
        to = self._connection
        if to.credentials:
            return grpc.aio.secure_channel(to.server, to.credentials, to.channel_options())
        return grpc.aio.insecure_channel(to.server, to.channel_options())

    async def _response(self, call: Call, budget: RetryBudget) -> Any:
        while True:
            pooled = self._pool.acquire()
            try:
                with translated(self._connection.server):
                    method = pooled.method(call.method)
                    return await method(call.request, **self._connection.call_arguments())
            except RETRYABLE_ERRORS as error:
                delay = budget.next_delay(error)
            finally:
                self._pool.release(pooled)
            await asyncio.sleep(delay)
