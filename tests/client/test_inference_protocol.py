"""The client over the Open Inference Protocol: with our server, and with servers without its extensions."""

import json
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import grpc_service_pb2_grpc as rpc
from lenet_client import Client, ImageError, InvalidRequest, ModelNotFound, NotSupported, Prediction, ServerFault
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.client.servicers import serve
from tests.support.processes import run
from tests.support.server.repositories import publish, shifted

Connect = Callable[..., Client]
Metadata = pb.ModelMetadataResponse


def test_both_protocols_give_the_same_predictions(
    connect: Connect, address: str, digits: NDArray[np.uint8], samples: dict[Path, str]
) -> None:
    with connect(address) as client, connect(address, protocol="oip", fit="ink") as oip:
        for images in (list(digits), list(samples)):
            theirs = oip.classify_batch(images, top_k=10)
            for one, other in zip(client.classify_batch(images, top_k=10), theirs, strict=True):
                assert isinstance(one, Prediction)
                assert isinstance(other, Prediction)
                assert one.label == other.label
                assert dict(one.top) == pytest.approx(dict(other.top), abs=1e-6)
        many = [each.label for each in oip.classify_many(digits) if isinstance(each, Prediction)]
        assert many == [each.label for each in client.classify_many(digits) if isinstance(each, Prediction)]


def test_models_health_and_errors(connect: Connect, address: str, digits: NDArray[np.uint8]) -> None:
    with connect(address, protocol="oip") as oip:
        (model,) = oip.models()
        assert (model.name, model.version, model.labels) == ("lenet", 1, tuple("0123456789"))
        assert model.input_shape == (1, 28, 28)
        assert oip.model("lenet", 1) == model
        assert oip.healthy()
        assert oip.healthy("lenet")
        assert not oip.healthy("vgg")
        with pytest.raises(ModelNotFound, match="vgg"):
            oip.classify(digits[0], model="vgg")
        with pytest.raises(InvalidRequest, match="top_k is 11: 1 to 10"):
            oip.classify(digits[0], top_k=11)
        with pytest.raises(ImageError, match=r"\[28, 28, 1\]: the model takes \[1, 28, 28\]"):
            oip.classify(np.zeros((28, 28, 1), np.uint8))
        with pytest.raises(NotSupported, match=r"say fit='ink' or fit='resize', or send arrays uint8 \[1, 28, 28\]"):
            oip.classify(b"picture")


def test_a_bad_image_fails_alone(connect: Connect, address: str, samples: dict[Path, str]) -> None:
    with connect(address, protocol="oip", fit="ink") as oip:
        first, bad, last = oip.classify_batch([next(iter(samples)), b"garbage", next(iter(samples))])
        assert first == last
        assert isinstance(bad, ImageError)
        (only,) = oip.classify_batch([b"garbage"])
        assert isinstance(only, ImageError)


def test_invalid_options_are_refused(connect: Connect) -> None:
    for wrong, message in (
        ({"protocol": "rest"}, "protocol is 'rest'"),
        ({"protocol": "oip", "fit": "crop"}, "fit is 'crop'"),
        ({"labels": ["a"]}, "labels and fit are for protocol 'oip'"),
    ):
        with pytest.raises(ValueError, match=message):
            connect("localhost:1", **wrong)


class Plain(rpc.GRPCInferenceServiceServicer):
    """A server without extensions that responds in typed contents, with the scores 1, 2, 3 for each image."""

    def __init__(self) -> None:
        self.inputs = [Metadata.TensorMetadata(name="x", datatype="UINT8", shape=[-1, 1, 2, 2])]
        self.outputs = [Metadata.TensorMetadata(name="y", datatype="FP64", shape=[-1, 3])]
        self.scores = [1.0, 2.0, 3.0]

    def ServerMetadata(self, request: object, context: object) -> pb.ServerMetadataResponse:  # noqa: ARG002, N802
        return pb.ServerMetadataResponse(name="plain", version="1")

    def ModelMetadata(self, request: pb.ModelMetadataRequest, context: object) -> Metadata:  # noqa: ARG002, N802
        return Metadata(name=request.name, versions=["v3"], platform="none", inputs=self.inputs, outputs=self.outputs)

    def ModelInfer(self, request: pb.ModelInferRequest, context: object) -> pb.ModelInferResponse:  # noqa: ARG002, N802
        images = request.inputs[0].shape[0]
        response = pb.ModelInferResponse(model_name=request.model_name, model_version="v3")
        output = response.outputs.add(name="y", datatype="FP64", shape=[images, len(self.scores)])
        output.contents.fp64_contents.extend(self.scores * images)
        return response


@pytest.fixture
def plain() -> Plain:
    return Plain()  # type: ignore[abstract]  # methods that are left out return UNIMPLEMENTED


@pytest.fixture
def plain_address(plain: Plain) -> Iterator[str]:
    """HOST:PORT of the plain server."""
    with serve(partial(rpc.add_GRPCInferenceServiceServicer_to_server, plain)) as address:
        yield address


IMAGE = np.zeros((1, 2, 2), np.uint8)


def test_a_server_without_extensions_has_numbers_as_labels(connect: Connect, plain_address: str) -> None:
    with connect(plain_address, protocol="oip") as oip:
        assert oip.classify(IMAGE, model="m", top_k=2) == Prediction("2", 3.0, (("2", 3.0), ("1", 2.0)))
        assert (oip.model("m").version, oip.model("m").labels) == (0, ("0", "1", "2"))


def test_labels_of_the_caller_are_used(connect: Connect, plain_address: str) -> None:
    with connect(plain_address, protocol="oip", labels=["a", "b", "c"]) as oip:
        assert oip.classify(IMAGE, model="m").top == (("c", 3.0), ("b", 2.0), ("a", 1.0))
    with (
        connect(plain_address, protocol="oip", labels=["a"]) as oip,
        pytest.raises(ServerFault, match="'m' returns 3 scores for 1 labels"),
    ):
        oip.classify(IMAGE, model="m")


def test_missing_extensions_are_explained(connect: Connect, plain_address: str) -> None:
    with connect(plain_address, protocol="oip") as oip:
        with pytest.raises(InvalidRequest, match="does not list its models: pass model="):
            oip.classify(IMAGE)
        for unknown in (lambda: oip.load("m"), oip.models):
            with pytest.raises(NotSupported):
                unknown()


def test_a_model_with_other_inputs_is_refused(connect: Connect, plain: Plain, plain_address: str) -> None:
    with connect(plain_address, protocol="oip") as oip:
        plain.inputs = [Metadata.TensorMetadata(name="x", datatype="FP32", shape=[-1, 1, 2, 2])]
        with pytest.raises(InvalidRequest, match=r"takes FP32 \[-1, 1, 2, 2\]: UINT8 \[-1, C, H, W\] is expected"):
            oip.classify(IMAGE, model="m")
        plain.inputs = plain.inputs * 2
        with pytest.raises(InvalidRequest, match="has 2 inputs"):
            oip.classify(IMAGE, model="m")


def test_labels_are_those_of_the_version_that_responded(
    connect: Connect, tmp_path: Path, digits: NDArray[np.uint8], transport: str
) -> None:
    """A client of the newest version notices that a newer one was loaded."""
    publish(tmp_path, "lenet", 1)
    settings = Settings(model_repository=tmp_path, port=0, http_port=0, model_control="explicit", transport=transport)
    with App(settings, CollectorRegistry()) as app, connect(f"127.0.0.1:{app.grpc_port}", protocol="oip") as oip:
        oip.load("lenet")
        before = oip.classify(digits[0])
        publish(tmp_path, "lenet", 2, shifted(1))
        oip.load("lenet")
        after = oip.classify(digits[0])
    assert int(after.label) == (int(before.label) + 1) % 10


def test_the_command_line_speaks_the_protocol(address: str, samples: dict[Path, str], tmp_path: Path) -> None:
    folder, common = next(iter(samples)).parent, ("--server", address)
    done = [
        run("lenet", "classify", folder, "--format=jsonl", *common, *flags)
        for flags in ([], ["--protocol=oip", "--fit=ink"])
    ]
    assert [each.returncode for each in done] == [0, 0], done[1].stderr
    labels = [[json.loads(line)["label"] for line in each.stdout.splitlines()] for each in done]
    assert labels[0] == labels[1]
    (tmp_path / "labels").write_text("".join(f"number {digit}\n" for digit in range(10)))
    flags = ["--protocol=oip", "--fit=ink", f"--labels={tmp_path / 'labels'}", "--format=jsonl"]
    named = run("lenet", "classify", next(iter(samples)), *flags, *common)
    assert json.loads(named.stdout)["label"].startswith("number ")
    assert run("lenet", "health", "--protocol=oip", *common).returncode == 0
    for flags, message in (
        (["--fit=ink"], "labels and fit are for protocol 'oip'"),
        (["--protocol=oip", "--labels=nowhere"], "nowhere cannot be read"),
        (["--protocol=oip"], "say fit='ink' or fit='resize'"),
    ):
        refused = run("lenet", "classify", folder, *common, *flags)
        assert refused.returncode == 2
        assert message in refused.stderr


SIDE_BY_SIDE = """
import sys
sys.path[:0] = sys.argv[2:]
{imports}
import numpy as np
image = np.zeros((1, 28, 28), np.uint8)
with Client(sys.argv[1], protocol="oip") as client:
    ours = client.classify(image, top_k=10)
triton = InferenceServerClient(sys.argv[1])
tensor = InferInput("image", [1, 1, 28, 28], "UINT8").set_data_from_numpy(image[None])
theirs = triton.infer("lenet", [tensor]).as_numpy("probabilities")[0]
assert abs(max(theirs) - ours.score) < 1e-6, (theirs, ours)
"""
OURS, TRITONS = "from lenet_client import Client", "from tritonclient.grpc import InferenceServerClient, InferInput"


@pytest.mark.parametrize("imports", [f"{OURS}\n{TRITONS}", f"{TRITONS}\n{OURS}"], ids=["ours first", "triton's first"])
def test_tritonclient_can_be_used_in_the_same_process(address: str, imports: str) -> None:
    python = ROOT / ".venv-tritonclient/bin/python"
    if not python.exists():
        pytest.skip("needs tritonclient: make .venv-tritonclient/ready")
    code = SIDE_BY_SIDE.format(imports=imports)
    command = [str(python), "-c", code, address, str(ROOT / "client"), str(ROOT / "proto")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
