"""Loading and unloading of models: calls of the Open Inference Protocol, whichever protocol else is spoken."""

from lenet_client._operation import Call, Method, Steps

_SERVICE = "/inference.GRPCInferenceService"


def loading(name: str) -> Steps[None]:
    """Have the server serve what its repository has of the model now."""
    from lenet_client import _inference_messages as pb  # costs milliseconds that only those pay who load models

    question, answer = pb.RepositoryModelLoadRequest, pb.RepositoryModelLoadResponse
    yield Call(Method(f"{_SERVICE}/RepositoryModelLoad", question, answer), question(model_name=name))


def unloading(name: str) -> Steps[None]:
    """Have the server serve the model no longer."""
    from lenet_client import _inference_messages as pb

    question, answer = pb.RepositoryModelUnloadRequest, pb.RepositoryModelUnloadResponse
    yield Call(Method(f"{_SERVICE}/RepositoryModelUnload", question, answer), question(model_name=name))
