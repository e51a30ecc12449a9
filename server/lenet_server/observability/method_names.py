"""The full names of the methods of both services."""

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
    """The name of a method of either service, which differs from those of all others, with its service before it."""
    return _FULL_NAMES[method]
