"""ListModels, GetModel, health and reflection."""

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from prometheus_client import CollectorRegistry

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.settings import Settings

TIMEOUT = 10.0
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def test_models_are_listed_with_what_the_trainer_wrote(stub: rpc.ClassifierStub) -> None:
    (model,) = stub.ListModels(pb.ListModelsRequest(), timeout=TIMEOUT).models
    assert (model.name, model.version, list(model.input_shape)) == ("lenet", 1, [1, 28, 28])
    assert list(model.labels) == list("0123456789")
    assert model.metadata["parameters"] == "61706"
    assert float(model.metadata["test_accuracy"]) >= 0.99


@pytest.mark.parametrize(("name", "version"), [("", 0), ("lenet", 0), ("lenet", 1)])
def test_one_model_is_described(stub: rpc.ClassifierStub, name: str, version: int) -> None:
    model = stub.GetModel(pb.GetModelRequest(model=name, version=version), timeout=TIMEOUT)
    assert (model.name, model.version) == ("lenet", 1)


def test_an_unknown_model_is_not_found(stub: rpc.ClassifierStub) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        stub.GetModel(pb.GetModelRequest(model="vgg"), timeout=TIMEOUT)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("service", ["", "lenet.v1.Classifier", "inference.GRPCInferenceService", "lenet"])
def test_health_of_server_service_and_model(channel: grpc.Channel, service: str) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    response = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=TIMEOUT)  # type: ignore[attr-defined]
    assert response.status == SERVING


def test_health_can_be_watched_through_a_shutdown(settings: Settings) -> None:
    with App(settings, CollectorRegistry()) as app:
        channel = grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}")
        stub = health_pb2_grpc.HealthStub(channel)
        changes = stub.Watch(health_pb2.HealthCheckRequest(), timeout=TIMEOUT)  # type: ignore[attr-defined]
        assert next(changes).status == SERVING
    with channel:
        assert next(changes).status == NOT_SERVING


def test_reflection_names_the_services(channel: grpc.Channel) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    question = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = stub.ServerReflectionInfo(iter([question]), timeout=TIMEOUT)  # type: ignore[operator]
    names = {each.name for each in answer.list_services_response.service}
    assert names == {
        "lenet.v1.Classifier",
        "inference.GRPCInferenceService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
