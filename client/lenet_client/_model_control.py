"""Loads and unloads models, by the Open Inference Protocol's repository extension whichever protocol is spoken."""

from lenet_client._operation import Call, Method, Operation

_SERVICE = "/inference.GRPCInferenceService"


def load_model(name: str) -> Operation[None]:
    """Have the server load the versions of the model that are in its repository."""
    from lenet_client import _inference_messages as pb  # building the messages takes milliseconds

    request, response = pb.RepositoryModelLoadRequest, pb.RepositoryModelLoadResponse
    yield Call(Method(f"{_SERVICE}/RepositoryModelLoad", request, response), request(model_name=name))


def unload_model(name: str) -> Operation[None]:
    """Have the server unload the model."""
    from lenet_client import _inference_messages as pb

    request, response = pb.RepositoryModelUnloadRequest, pb.RepositoryModelUnloadResponse
    yield Call(Method(f"{_SERVICE}/RepositoryModelUnload", request, response), request(model_name=name))
