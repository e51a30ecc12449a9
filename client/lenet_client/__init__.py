"""The client library of lenet: classify images with a running server.

    from lenet_client import Client

    with Client("localhost:50051") as client:
        prediction = client.classify("scan.png")
        print(prediction.label, prediction.score)

`AsyncClient` has the same methods for asyncio. Every failed call raises a `LenetError`:

    LenetError
    ├── ImageError          one image cannot be read; the rest of its request is classified
    ├── InvalidRequest      the request is invalid, or too large
    ├── ModelNotFound       the server has no such model or version
    ├── Unauthenticated     the server requires a token, or does not know this one
    ├── PermissionDenied    the token lacks the right for this
    ├── NotSupported        the server does not have this operation
    ├── ServerBusy          the server's queue is full
    ├── ServerUnavailable   no server can be reached, or it is shutting down
    ├── TimedOut            the timeout expired before the response
    └── ServerFault         the server failed; its log has the details
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
    from lenet_client._results import Inspection, Model, ModelInput, Prediction

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

_MODULES = {
    "AsyncClient": "_async_client",
    "Client": "_client",
    "ImageInput": "_images",
    "Inspection": "_results",
    "Model": "_results",
    "ModelInput": "_results",
    "Prediction": "_results",
}  # all other names are in _errors


def __getattr__(name: str) -> object:
    """Import a public name on first use: `lenet --help` does not need gRPC, whose import is slow."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, '_errors')}"), name)
