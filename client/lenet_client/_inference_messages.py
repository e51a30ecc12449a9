"""The Open Inference Protocol's messages, in a descriptor pool of the client's own.

All implementations of the protocol use the same message names, and protobuf's default pool holds one definition of a
name: a program may import tritonclient's before or after ours. So these classes are built at import, in a separate
pool, from the descriptors in lenet-proto.
"""

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lenet.inference.grpc_service_pb2 import (
        ModelInferRequest,
        ModelInferResponse,
        ModelMetadataRequest,
        ModelMetadataResponse,
        ModelReadyRequest,
        ModelReadyResponse,
        RepositoryIndexRequest,
        RepositoryIndexResponse,
        RepositoryModelLoadRequest,
        RepositoryModelLoadResponse,
        RepositoryModelUnloadRequest,
        RepositoryModelUnloadResponse,
        ServerMetadataRequest,
        ServerMetadataResponse,
        ServerReadyRequest,
        ServerReadyResponse,
    )
else:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    _described = files("lenet.inference").joinpath("grpc_service.binpb").read_bytes()
    _pool = descriptor_pool.DescriptorPool()
    for _file in descriptor_pb2.FileDescriptorSet.FromString(_described).file:
        _pool.Add(_file)

    def _message(name: str) -> type:
        return message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"inference.{name}"))

    ModelInferRequest = _message("ModelInferRequest")
    ModelInferResponse = _message("ModelInferResponse")
    ModelMetadataRequest = _message("ModelMetadataRequest")
    ModelMetadataResponse = _message("ModelMetadataResponse")
    ModelReadyRequest = _message("ModelReadyRequest")
    ModelReadyResponse = _message("ModelReadyResponse")
    RepositoryIndexRequest = _message("RepositoryIndexRequest")
    RepositoryIndexResponse = _message("RepositoryIndexResponse")
    RepositoryModelLoadRequest = _message("RepositoryModelLoadRequest")
    RepositoryModelLoadResponse = _message("RepositoryModelLoadResponse")
    RepositoryModelUnloadRequest = _message("RepositoryModelUnloadRequest")
    RepositoryModelUnloadResponse = _message("RepositoryModelUnloadResponse")
    ServerMetadataRequest = _message("ServerMetadataRequest")
    ServerMetadataResponse = _message("ServerMetadataResponse")
    ServerReadyRequest = _message("ServerReadyRequest")
    ServerReadyResponse = _message("ServerReadyResponse")

__all__ = [
    "ModelInferRequest",
    "ModelInferResponse",
    "ModelMetadataRequest",
    "ModelMetadataResponse",
    "ModelReadyRequest",
    "ModelReadyResponse",
    "RepositoryIndexRequest",
    "RepositoryIndexResponse",
    "RepositoryModelLoadRequest",
    "RepositoryModelLoadResponse",
    "RepositoryModelUnloadRequest",
    "RepositoryModelUnloadResponse",
    "ServerMetadataRequest",
    "ServerMetadataResponse",
    "ServerReadyRequest",
    "ServerReadyResponse",
]
