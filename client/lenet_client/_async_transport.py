"""How AsyncClient's calls get to the server."""

import asyncio
from typing import Any, TypeVar

import grpc

from lenet_client._channel_options import Options
from lenet_client._channel_pool import Links
from lenet_client._credentials import Metadata
from lenet_client._errors import LenetError, translated
from lenet_client._operation import Call, Steps
from lenet_client._retries import AWAY, Patience

T = TypeVar("T")


class AsyncWire:
    """Connections to a server, for one event loop. The parameters are those of Wire."""

    def __init__(
        self,
        server: str,
        secure: grpc.ChannelCredentials | None,
        options: Options,
        *,
        connections: int,
        timeout: float | None,
        metadata: Metadata,
    ) -> None:
        def opened() -> grpc.aio.Channel:
            if secure:
                return grpc.aio.secure_channel(server, secure, options)
            return grpc.aio.insecure_channel(server, options)

        self._server = server
        self._links: Links[grpc.aio.Channel] = Links(connections, opened)
        self._timeout = timeout
        self._metadata = metadata

    async def run(self, steps: Steps[T], patience: float = 0.0) -> T:
        """The result of an operation. Raises a LenetError where a call gets no answer.

        Where the server is away or busy, calls are sent again, for up to so many seconds of `patience`.
        """
        try:
            call = next(steps)
            while True:
                try:
                    answer = await self._answer(call, Patience(patience))
                except LenetError as error:  # whoever asked may know another way
                    call = steps.throw(error)
                else:
                    call = steps.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    async def close(self) -> None:
        """End the connections; calls under way end."""
        await asyncio.gather(*(channel.close() for channel in self._links.channels()))

    async def _answer(self, call: Call, patience: Patience) -> Any:
        while True:
            link = self._links.take()
            try:
                with translated(self._server):
                    method = link.method(call.method)
                    return await method(call.request, timeout=self._timeout, metadata=self._metadata)
            except AWAY as error:
                pause = patience.pause(error)
            finally:
                self._links.give_back(link)
            await asyncio.sleep(pause)
