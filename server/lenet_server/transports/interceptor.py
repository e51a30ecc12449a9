"""Checks the token of each grpcio call before it reaches a service."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import grpc

from lenet_server.errors import ServingError
from lenet_server.rpc.completion import Completion
from lenet_server.rpc.statuses import status
from lenet_server.security.authorizer import Authorizer

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"


class AuthorizationInterceptor(grpc.ServerInterceptor):
    """Refuses the calls that the authorizer does not allow."""

    def __init__(self, authorizer: Authorizer, completion: Completion) -> None:
        self._authorizer = authorizer
        self._completion = completion

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """The method's handler, or one that refuses the call."""
        handler = continuation(handler_call_details)
        try:
            self._authorizer.check(handler_call_details.method, handler_call_details.invocation_metadata)
        except ServingError as error:
            if (
                not handler
            ):  # an unknown method is not counted: its name would become a label, and anyone can invent more
                return _refusal(*status(error))
            self._completion.start()
            return _refusal(*self._completion.count_refused(handler_call_details.method.rpartition("/")[2], error))
        return handler


def _refusal(code: grpc.StatusCode, message: str) -> Handler:
    def refuse(requests: Iterator[bytes], context: grpc.ServicerContext) -> bytes:  # noqa: ARG001
        context.abort(code, message)

    # As a stream, of which nothing is read: the refusal waits for no message and takes no memory for one.
    return grpc.stream_unary_rpc_method_handler(refuse)


def interceptors(authorizer: Authorizer | None, completion: Completion) -> list[grpc.ServerInterceptor]:
    """The interceptors for grpc.server()."""
    return [AuthorizationInterceptor(authorizer, completion)] if authorizer else []
