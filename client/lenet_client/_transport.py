"""How Client's calls get to the server: one that waits for the answer, and one that has it fetched later."""

import time
from typing import Any, TypeVar

import grpc

from lenet_client._channel_options import Options
from lenet_client._channel_pool import Links
from lenet_client._credentials import Metadata
from lenet_client._errors import LenetError, translated
from lenet_client._operation import Call, Steps
from lenet_client._retries import AWAY, Patience

T = TypeVar("T")


class Wire:
    """Connections to a server. `timeout` is in seconds and holds for each call with its retries; None is endless."""

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
        def opened() -> grpc.Channel:
            return grpc.secure_channel(server, secure, options) if secure else grpc.insecure_channel(server, options)

        self._server = server
        self._links: Links[grpc.Channel] = Links(connections, opened)
        self._timeout = timeout
        self._metadata = metadata

    def run(self, steps: Steps[T]) -> T:
        """The result of an operation. Raises a LenetError where a call gets no answer."""
        try:
            call = next(steps)
        except StopIteration as end:  # it took no call
            result: T = end.value
            return result
        return self.resume(steps, call, None, patience=0.0)

    def resume(self, steps: Steps[T], call: Call, future: Any, patience: float) -> T:
        """The result of an operation that stands at a call, which may be under way already.

        Where the server is away or busy, calls are sent again, for up to so many seconds.
        """
        try:
            while True:
                try:
                    answer = self._answer(call, Patience(patience), future)
                except LenetError as error:  # whoever asked may know another way
                    call = steps.throw(error)
                else:
                    call = steps.send(answer)
                future = None
        except StopIteration as end:
            result: T = end.value
            return result

    def start(self, call: Call) -> Any:
        """Send a call; the gRPC future of its answer."""
        link = self._links.take()
        future = link.method(call.method).future(call.request, timeout=self._timeout, metadata=self._metadata)
        future.add_done_callback(lambda _: self._links.give_back(link))
        return future

    def close(self) -> None:
        """End the connections; calls under way end."""
        for channel in self._links.channels():
            channel.close()

    def _answer(self, call: Call, patience: Patience, future: Any) -> Any:
        while True:
            try:
                if future is None:
                    return self._asked(call)
                with translated(self._server):
                    return future.result()
            except AWAY as error:
                pause = patience.pause(error)
            future = None
            time.sleep(pause)

    def _asked(self, call: Call) -> Any:
        link = self._links.take()
        try:
            with translated(self._server):
                return link.method(call.method)(call.request, timeout=self._timeout, metadata=self._metadata)
        finally:
            self._links.give_back(link)
