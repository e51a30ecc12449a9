"""Classifies pictures with a lenet server.

    from lenet_client import Client

    with Client("localhost:50051") as client:
        prediction = client.classify("scan.png")
        print(prediction.label, prediction.score)

`AsyncClient` is the same for asyncio. Everything that can go wrong is a `LenetError`:

    LenetError
    ├── ImageError          one picture cannot be read; its neighbours are answered
    ├── InvalidRequest      the request is wrong in itself, or too large
    ├── ModelNotFound       the server has no such model or version
    ├── Unauthenticated     the server wants a token, or does not know this one
    ├── PermissionDenied    the token does not allow this
    ├── NotSupported        the server does not do that
    ├── ServerBusy          the server's queue is full
    ├── ServerUnavailable   no server answers, or it is shutting down
    ├── TimedOut            no answer came within the timeout
    └── ServerFault         the server failed; its log says more
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lenet_client._async_client import AsyncClient
    from lenet_client._client import Client
    from lenet_client._errors import (
        ImageError,
        InvalidRequest,
        LenetError,
        ModelNotFound,
        NotSupported,
        PermissionDenied,
        ServerBusy,
        ServerFault,
        ServerUnavailable,
        TimedOut,
        Unauthenticated,
    )
    from lenet_client._images import ImageInput
    from lenet_client._inspection import Inspection, ModelInput
    from lenet_client._results import Model, Prediction

__all__ = [
    "AsyncClient",
    "Client",
    "ImageError",
    "ImageInput",
    "Inspection",
    "InvalidRequest",
    "LenetError",
    "Model",
    "ModelInput",
    "ModelNotFound",
    "NotSupported",
    "PermissionDenied",
    "Prediction",
    "ServerBusy",
    "ServerFault",
    "ServerUnavailable",
    "TimedOut",
    "Unauthenticated",
]

_HOMES = {
    "AsyncClient": "_async_client",
    "Client": "_client",
    "ImageInput": "_images",
    "Inspection": "_inspection",
    "Model": "_results",
    "ModelInput": "_inspection",
    "Prediction": "_results",
}  # all others are errors


def __getattr__(name: str) -> object:
    """Import what is asked for, once it is: gRPC takes its time, and the help of `lenet` needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, '_errors')}"), name)
