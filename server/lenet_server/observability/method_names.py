"""Full names of both services' methods."""

from lenet.inference import grpc_service_pb2
from lenet.v1 import classifier_pb2

CLASSIFIER = classifier_pb2.DESCRIPTOR.services_by_name["Classifier"].full_name
INFERENCE = grpc_service_pb2.DESCRIPTOR.services_by_name["GRPCInferenceService"].full_name
SERVICES = (CLASSIFIER, INFERENCE)
_FULL_NAMES = {
    method.name: f"{service.full_name}/{method.name}"
    for file in (classifier_pb2.DESCRIPTOR, grpc_service_pb2.DESCRIPTOR)
    for service in file.services_by_name.values()
    for method in service.methods
}


def full_name(method: str) -> str:
    """Return `package.Service/Method` for a method of either service. No two methods share a name."""
    return _FULL_NAMES[method]
