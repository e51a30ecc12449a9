"""The guard before grpcio's services."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import grpc

from lenet_server.errors import ServingError
from lenet_server.metrics.server import Metrics
from lenet_server.rpc.statuses import status
from lenet_server.security.authorizer import Authorizer

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"


class GuardInterceptor(grpc.ServerInterceptor):
    """Asks the guard about each call before a service sees it."""

    def __init__(self, guard: Authorizer, metrics: Metrics) -> None:
        self._guard = guard
        self._metrics = metrics

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """The method's own handler, or one that refuses the call."""
        handler = continuation(handler_call_details)
        try:
            self._guard.check(handler_call_details.method, handler_call_details.invocation_metadata)
        except ServingError as error:
            if handler:  # names that nobody knows are no labels: there is no end of them
                method = handler_call_details.method.rpartition("/")[2]
                self._metrics.request_started()
                self._metrics.request_finished(method, status(error)[0].name, 0.0)
            return _refusal(error)
        return handler


def _refusal(error: ServingError) -> Handler:
    def refuse(requests: Iterator[bytes], context: grpc.ServicerContext) -> bytes:  # noqa: ARG001
        context.abort(*status(error))

    # As if it were a stream, of which nothing is read: the refusal waits for no message, and no memory is spent on one.
    return grpc.stream_unary_rpc_method_handler(refuse)


def interceptors(guard: Authorizer | None, metrics: Metrics) -> list[grpc.ServerInterceptor]:
    """For grpc.server: the guard, if there is one."""
    return [GuardInterceptor(guard, metrics)] if guard else []
