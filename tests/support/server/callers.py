"""Calls every method, with or without a token, for tests of authorization."""

import grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from lenet.inference import grpc_service_pb2 as inference_pb
from lenet.inference import grpc_service_pb2_grpc as inference_rpc
from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc

TIMEOUT = 10.0
REQUEST = pb.ClassifyRequest(images=[pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=bytes(784)))])
Bearer = tuple[tuple[str, str], ...]
Code = grpc.StatusCode
# Methods by the right that their token needs.
CONTROL_METHODS = ["RepositoryModelLoad", "RepositoryModelUnload"]
INFERENCE_METHODS = [
    "Classify",
    "ClassifyStream",
    "ListModels",
    "ModelInfer",
    "ModelStreamInfer",
    "RepositoryIndex",
    "reflection",
]


def bearer(token: str) -> Bearer:
    """Return call metadata with a bearer token."""
    return (("authorization", f"Bearer {token}"),)


def call(channel: grpc.Channel, method: str, metadata: Bearer | None) -> Code:
    """Call the method, and return its status code."""
    classifier, inference = rpc.ClassifierStub(channel), inference_rpc.GRPCInferenceServiceStub(channel)
    try:
        match method:
            case "Classify":
                classifier.Classify(REQUEST, timeout=TIMEOUT, metadata=metadata)
            case "ClassifyStream":
                list(classifier.ClassifyStream(iter([REQUEST]), timeout=TIMEOUT, metadata=metadata))
            case "ListModels":
                classifier.ListModels(pb.ListModelsRequest(), timeout=TIMEOUT, metadata=metadata)
            case "ModelInfer":
                inference.ModelInfer(inference_pb.ModelInferRequest(), timeout=TIMEOUT, metadata=metadata)
            case "ModelStreamInfer":
                request = inference_pb.ModelInferRequest()
                list(inference.ModelStreamInfer(iter([request]), timeout=TIMEOUT, metadata=metadata))
            case "RepositoryIndex":
                inference.RepositoryIndex(inference_pb.RepositoryIndexRequest(), timeout=TIMEOUT, metadata=metadata)
            case "RepositoryModelLoad":
                load = inference_pb.RepositoryModelLoadRequest(model_name="lenet")
                inference.RepositoryModelLoad(load, timeout=TIMEOUT, metadata=metadata)
            case "RepositoryModelUnload":
                unload = inference_pb.RepositoryModelUnloadRequest(model_name="lenet")
                inference.RepositoryModelUnload(unload, timeout=TIMEOUT, metadata=metadata)
            case "reflection":
                question = reflection_pb2.ServerReflectionRequest(list_services="")
                reflect = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
                list(reflect(iter([question]), timeout=TIMEOUT, metadata=metadata))  # type: ignore[operator]
            case _:
                unknown: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
                unknown(b"", timeout=TIMEOUT, metadata=metadata)
    except grpc.RpcError as error:
        return error.code()
    return Code.OK
