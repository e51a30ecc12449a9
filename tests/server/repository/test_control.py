"""Models loaded and unloaded over the API, and versions asked for by their labels."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.inference import grpc_service_pb2 as inference_pb
from lenet.inference import grpc_service_pb2_grpc as inference_rpc
from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.support.server.oip_requests import raw, whole
from tests.support.server.repositories import publish, write_options

TIMEOUT = 20.0
IMAGE = pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=bytes(784)))
Inference = inference_rpc.GRPCInferenceServiceStub


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository: lenet in three versions, two with labels, and a broken model."""
    for version in (1, 2, 3):
        publish(tmp_path, "lenet", version)
    publish(tmp_path, "other", 1)
    publish(tmp_path, "broken", 1, b"broken")
    write_options(tmp_path, "lenet", "[labels]\nstable = 1\ncanary = 2")
    return tmp_path


@pytest.fixture
def explicit(root: Path, transport: str) -> Iterator[grpc.Channel]:
    """A server that has loaded nothing yet."""
    settings = Settings(model_repository=root, port=0, http_port=0, model_control="explicit", transport=transport)
    with App(settings, CollectorRegistry()) as app, grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}") as channel:
        yield channel


def load(channel: grpc.Channel, name: str) -> None:
    Inference(channel).RepositoryModelLoad(inference_pb.RepositoryModelLoadRequest(model_name=name), timeout=TIMEOUT)


def unload(channel: grpc.Channel, name: str) -> None:
    request = inference_pb.RepositoryModelUnloadRequest(model_name=name)
    Inference(channel).RepositoryModelUnload(request, timeout=TIMEOUT)


def index(channel: grpc.Channel, *, ready: bool = False) -> dict[tuple[str, str], str]:
    answer = Inference(channel).RepositoryIndex(inference_pb.RepositoryIndexRequest(ready=ready), timeout=TIMEOUT)
    return {(each.name, each.version): each.state for each in answer.models}


def test_models_are_loaded_and_unloaded(explicit: grpc.Channel, digits: NDArray[np.uint8]) -> None:
    assert set(index(explicit).values()) == {"UNAVAILABLE"}
    assert index(explicit, ready=True) == {}
    assert not Inference(explicit).ModelReady(inference_pb.ModelReadyRequest(name="lenet"), timeout=TIMEOUT).ready
    assert not Inference(explicit).ServerReady(inference_pb.ServerReadyRequest(), timeout=TIMEOUT).ready
    load(explicit, "lenet")
    load(explicit, "other")
    ready = [("lenet", "1"), ("lenet", "2"), ("lenet", "3"), ("other", "1")]
    assert list(index(explicit, ready=True)) == ready
    assert set(index(explicit)) == {*ready, ("broken", "1")}
    assert Inference(explicit).ModelReady(inference_pb.ModelReadyRequest(name="lenet"), timeout=TIMEOUT).ready
    assert Inference(explicit).ModelInfer(raw(digits[:1]), timeout=TIMEOUT).model_version == "3"
    unload(explicit, "lenet")
    assert list(index(explicit, ready=True)) == [("other", "1")]
    with pytest.raises(grpc.RpcError, match="no model 'lenet': this server has other") as refused:
        Inference(explicit).ModelInfer(raw(digits[:1]), timeout=TIMEOUT)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    unload(explicit, "other")
    with pytest.raises(grpc.RpcError, match="no model is loaded") as refused:
        Inference(explicit).ModelInfer(raw(digits[:1]), timeout=TIMEOUT)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("name", ["unknown", "", "../lenet", "lenet/1", "/"])
def test_unknown_names_are_not_found(explicit: grpc.Channel, name: str) -> None:
    for call in (load, unload):
        with pytest.raises(grpc.RpcError) as refused:
            call(explicit, name)
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_a_broken_model_is_refused_with_the_reason(explicit: grpc.Channel, root: Path) -> None:
    with pytest.raises(grpc.RpcError, match=r"'broken' cannot be loaded: .* not a model that ONNX Runtime") as refused:
        load(explicit, "broken")
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    write_options(root, "other", "policy = 1")
    with pytest.raises(grpc.RpcError, match=r"'other' cannot be loaded: model.toml: `policy` is not known") as refused:
        load(explicit, "other")
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_what_a_load_brings_along_is_refused(explicit: grpc.Channel) -> None:
    """Triton's load may carry a configuration, or whole files: they would be served from nowhere in the repository."""
    request = inference_pb.RepositoryModelLoadRequest(model_name="lenet")
    request.parameters["file:1/model.onnx"].bytes_param = b"model"
    with pytest.raises(grpc.RpcError, match=r"`file:1/model.onnx` is not supported") as refused:
        Inference(explicit).RepositoryModelLoad(request, timeout=TIMEOUT)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.RpcError, match="one model repository") as refused:
        Inference(explicit).RepositoryModelUnload(
            inference_pb.RepositoryModelUnloadRequest(repository_name="other", model_name="lenet"), timeout=TIMEOUT
        )
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_callers_do_not_choose_unless_that_is_chosen(channel: grpc.Channel) -> None:
    for call in (load, unload):
        with pytest.raises(grpc.RpcError, match="start it with --model-control explicit") as refused:
            call(channel, "lenet")
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_version_is_asked_for_by_its_label(explicit: grpc.Channel, root: Path, digits: NDArray[np.uint8]) -> None:
    load(explicit, "lenet")
    stub = rpc.ClassifierStub(explicit)
    for label, version in (("stable", 1), ("canary", 2), ("", 3)):
        answer = stub.Classify(pb.ClassifyRequest(model="lenet", label=label, images=[IMAGE]), timeout=TIMEOUT)
        assert answer.version == version
        assert stub.GetModel(pb.GetModelRequest(label=label), timeout=TIMEOUT).version == version
        infer = Inference(explicit).ModelInfer(raw(digits[:1], model_version=label), timeout=TIMEOUT)
        assert infer.model_version == str(version)
    models = stub.ListModels(pb.ListModelsRequest(), timeout=TIMEOUT).models
    assert [list(each.version_labels) for each in models] == [["stable"], ["canary"], []]
    write_options(root, "lenet", "[labels]\nstable = 2")
    load(explicit, "lenet")
    assert stub.GetModel(pb.GetModelRequest(label="stable"), timeout=TIMEOUT).version == 2
    with pytest.raises(grpc.RpcError, match=r"no version 'canary' of model 'lenet': this server has 2 \(stable\), 3"):
        stub.GetModel(pb.GetModelRequest(label="canary"), timeout=TIMEOUT)


def test_a_version_and_a_label_together_are_refused(explicit: grpc.Channel) -> None:
    load(explicit, "lenet")
    stub = rpc.ClassifierStub(explicit)
    for call in (
        lambda: stub.Classify(pb.ClassifyRequest(version=1, label="stable", images=[IMAGE]), timeout=TIMEOUT),
        lambda: stub.GetModel(pb.GetModelRequest(version=1, label="stable"), timeout=TIMEOUT),
    ):
        with pytest.raises(grpc.RpcError, match="name one of them") as refused:
            call()
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_model_that_is_gone_from_the_disk_can_still_be_unloaded(explicit: grpc.Channel, root: Path) -> None:
    load(explicit, "other")
    shutil.rmtree(root / "other")
    assert index(explicit)["other", "1"] == "READY"
    with pytest.raises(grpc.RpcError, match="no model 'other' in the model repository"):
        load(explicit, "other")
    unload(explicit, "other")
    assert ("other", "1") not in index(explicit)


def test_parameters_of_an_unload_are_ignored(explicit: grpc.Channel) -> None:
    load(explicit, "other")
    request = inference_pb.RepositoryModelUnloadRequest(model_name="other")
    request.parameters["unload_dependents"].CopyFrom(
        inference_pb.ModelRepositoryParameter(int64_param=whole(1).int64_param)
    )
    Inference(explicit).RepositoryModelUnload(request, timeout=TIMEOUT)
    assert index(explicit, ready=True) == {}
