"""model.toml: what it may say, and models that others made, served by it."""

from pathlib import Path

import grpc
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto
from prometheus_client import CollectorRegistry

from lenet.inference import grpc_service_pb2 as inference_pb
from lenet.inference import grpc_service_pb2_grpc as inference_rpc
from lenet_client import Client
from lenet_imaging import Preprocessing, encode_png
from lenet_server.app import App
from lenet_server.errors import ModelRejected
from lenet_server.inference.model import Model
from lenet_server.repository.custom_model import CustomModelOptions
from lenet_server.repository.model_options import ModelOptions, read
from lenet_server.repository.scan import scan
from lenet_server.repository.version_policy import VersionPolicy
from lenet_server.settings import Settings
from tests.support.server.oip_requests import Tensor, arrays
from tests.support.server.repositories import foreign_model, publish, write_options

LABELS = ("red", "green", "blue")
FOREIGN = '[foreign]\nlabels = ["red", "green", "blue"]\nsoftmax = true\n'
TIMEOUT = 10.0


def test_all_that_it_may_say() -> None:
    text = """
        version_policy = "specific"
        versions = [1, 2]

        [labels]
        stable = 1
        canary-2 = 2

        [foreign]
        labels = ["cat", "dog"]
        softmax = false
        fit = "ink"
        colours = "bgr"
        scale = 1
        mean = [0.485, 0.456, 0.406]
        std = 0.25
        size = [224, 112]
        input = "pixels"
        output = "answer"
    """
    assert read(text) == ModelOptions(
        VersionPolicy("specific", versions=frozenset({1, 2})),
        {"stable": 1, "canary-2": 2},
        CustomModelOptions(
            labels=("cat", "dog"),
            softmax=False,
            fit="ink",
            colours="bgr",
            scale=1.0,
            mean=(0.485, 0.456, 0.406),
            std=(0.25,),
            size=(224, 112),
            input="pixels",
            output="answer",
        ),
    )


def test_what_it_says_when_it_says_little() -> None:
    assert read("") == ModelOptions()
    assert read('version_policy = "latest"') == ModelOptions(VersionPolicy("latest"))
    assert read('version_policy = "latest"\nversions = 3') == ModelOptions(VersionPolicy("latest", 3))
    assert read('version_policy = "all"') == ModelOptions(VersionPolicy("all"))
    assert read(FOREIGN).foreign == CustomModelOptions(LABELS, softmax=True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("labels = ", "not TOML"),
        ("labels = " + "[" * 10_000, "not TOML"),
        ("versions = " + "9" * 5000, "not TOML"),
        ("label = 1", "`label` is not known"),
        ('version_policy = "newest"', "`version_policy` is 'newest': one of latest, all, specific"),
        ("versions = 2", "`versions` is 2: `version_policy`, latest or specific, beside it"),
        ('version_policy = "all"\nversions = 2', "`versions` is 2"),
        ('version_policy = "latest"\nversions = 0', "`versions` is 0: a number of versions"),
        ('version_policy = "latest"\nversions = true', "`versions` is True"),
        ('version_policy = "specific"', "`versions` is missing: a list of versions"),
        ('version_policy = "specific"\nversions = [1, "2"]', "`versions` is"),
        ("labels = 1", "`labels` is 1: a table"),
        ("[labels]\nstable = 0", "`labels.stable` is 0: a version"),
        ("[labels]\n2 = 2", "`labels.2` is no label"),
        ('[labels]\n"a b" = 2', "`labels.a b` is no label"),
        ("[foreign]\nsoftmax = true", "`foreign.labels` is missing"),
        ('[foreign]\nlabels = ["a"]', "`foreign.softmax` is missing: true for logits, false for probabilities"),
        ('[foreign]\nlabels = ["a", "a"]\nsoftmax = true', "`foreign.labels` is"),
        ('[foreign]\nlabels = "../labels.txt"\nsoftmax = true', "`foreign.labels` is '../labels.txt'"),
        ('[foreign]\nlabels = "/etc/passwd"\nsoftmax = true', "`foreign.labels` is '/etc/passwd'"),
        ('[foreign]\nlabels = "a\\u0000"\nsoftmax = true', "`foreign.labels` is"),
        (FOREIGN + "softmaxx = true", "`foreign.softmaxx` is not known"),
        (FOREIGN + 'fit = "stretch"', "`foreign.fit` is 'stretch': one of ink, resize"),
        (FOREIGN + 'colours = "hsv"', "`foreign.colours` is 'hsv': one of rgb, bgr"),
        (FOREIGN + "scale = 0", "`foreign.scale` is 0: a number above 0"),
        (FOREIGN + "mean = [1, 2]", "`foreign.mean` is"),
        (FOREIGN + 'mean = "1"', "`foreign.mean` is '1'"),
        (FOREIGN + "std = [1, 0, 1]", "`foreign.std` is"),
        (FOREIGN + "std = nan", "`foreign.std` is nan"),
        (FOREIGN + "size = 224", "`foreign.size` is 224: \\[height, width\\]"),
        (FOREIGN + "size = [0, 224]", "`foreign.size` is"),
        (FOREIGN + "size = [1000000, 224]", "`foreign.size` is"),
        (FOREIGN + "input = 1", "`foreign.input` is 1"),
    ],
)
def test_what_is_wrong_is_refused_with_the_name_of_the_key(text: str, reason: str) -> None:
    with pytest.raises(ModelRejected, match=reason):
        read(text)


def load(path: Path, file: onnx.ModelProto, **options: object) -> Model:
    onnx.save(file, path / "model.onnx")
    foreign = CustomModelOptions(**{"labels": LABELS, "softmax": True, **options})  # type: ignore[arg-type]
    model = Model(path / "model.onnx", name="foreign", version=1, threads=1, foreign=foreign)
    model.warm_up(8)
    return model


@pytest.fixture
def images() -> NDArray[np.uint8]:
    """Five coloured images, [5, 3, 4, 4]."""
    return np.random.default_rng(1).integers(0, 256, (5, 3, 4, 4), np.uint8)


@pytest.mark.parametrize("batch", ["n", 1])
@pytest.mark.parametrize("colours", ["rgb", "bgr"])
@pytest.mark.parametrize("tail", [(), (1, 1)])
def test_pixels_are_normalised_as_it_says(
    tmp_path: Path, images: NDArray[np.uint8], batch: int | str, colours: str, tail: tuple[int, ...]
) -> None:
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.25, 0.125)
    model = load(tmp_path, foreign_model(batch=batch, tail=tail), colours=colours, mean=mean, std=std)
    outputs = model.predict(images)
    fed = images[:, ::-1] if colours == "bgr" else images
    expected = (fed.mean(axis=(2, 3)) / 255 - mean) / std
    np.testing.assert_allclose(outputs.logits, expected, atol=1e-5)
    np.testing.assert_allclose(
        outputs.probabilities, np.exp(expected) / np.exp(expected).sum(axis=1, keepdims=True), atol=1e-5
    )
    assert outputs.probabilities.dtype == outputs.logits.dtype == np.float32
    assert (model.labels, model.input_shape) == (list(LABELS), (3, 4, 4))
    assert model.preprocessing == Preprocessing("resize", 3, 4, 4)


def test_probabilities_are_taken_as_they_are(tmp_path: Path, images: NDArray[np.uint8]) -> None:
    logits = load(tmp_path, foreign_model(), scale=1.0).predict(images)
    ready = load(tmp_path, foreign_model(softmax=True), scale=1.0, softmax=False).predict(images)
    np.testing.assert_allclose(ready.probabilities, logits.probabilities, atol=1e-6)
    again = np.exp(ready.logits)
    np.testing.assert_allclose(again / again.sum(axis=1, keepdims=True), ready.probabilities, atol=1e-6)
    assert np.isfinite(ready.logits).all()


def test_an_open_size_is_given_and_a_grey_model_takes_ink(tmp_path: Path) -> None:
    model = load(tmp_path, foreign_model(size="side", channels=1), labels=("one",), size=(28, 28), fit="ink")
    assert model.preprocessing == Preprocessing("ink", 1, 28, 28)


@pytest.mark.parametrize(
    ("file", "options", "reason"),
    [
        (foreign_model(datatype=TensorProto.UINT8), {}, r"input `pixels` must be float32 \[N, C, H, W\]"),
        (foreign_model(batch=8), {}, "takes 8 images at a time: N must be free, or 1"),
        (foreign_model(channels=4), {}, "C must be 1 or 3"),
        (foreign_model(size="side"), {}, "leaves the size open: give `foreign.size`"),
        (foreign_model(), {"size": (8, 8)}, r"`foreign.size` is \[8, 8\], the file has \[4, 4\]"),
        (foreign_model(), {"labels": ("a", "b")}, r"output `answer` must be float32 \[N, 2\]"),
        (foreign_model(), {"input": "image"}, "there is no input 'image': the file has pixels"),
        (foreign_model(), {"output": "logits"}, "there is no output 'logits': the file has answer"),
        (foreign_model(), {"fit": "ink"}, "fit 'ink' gives 1 channel"),
        (foreign_model(channels=1), {"labels": ("a",), "mean": (0.0, 0.0, 0.0)}, "`foreign.mean` has 3 values"),
        (foreign_model(channels=1), {"labels": ("a",), "colours": "bgr"}, "`foreign.colours` is 'bgr'"),
        (foreign_model(), {"softmax": False}, "the probabilities of an image come to 0, not to 1: are they logits"),
    ],
)
def test_what_does_not_fit_the_file_is_refused(
    tmp_path: Path, file: onnx.ModelProto, options: dict[str, object], reason: str
) -> None:
    with pytest.raises(ModelRejected, match=reason):
        load(tmp_path, file, **options)


def test_labels_come_from_a_file_of_the_version_or_of_the_model(tmp_path: Path) -> None:
    for version in (1, 2):
        publish(tmp_path, "m", version, b"")
    write_options(tmp_path, "m", '[foreign]\nlabels = "labels.txt"\nsoftmax = true')
    (tmp_path / "m" / "labels.txt").write_text("red\ngreen\nblue\n")
    (tmp_path / "m" / "2" / "labels.txt").write_text("rot\r\ngrün\r\nblau\r\n", encoding="utf-8")
    versions = scan(tmp_path)["m"].versions
    assert [each.foreign and each.foreign.labels for each in versions.values()] == [LABELS, ("rot", "grün", "blau")]
    for content in (b"", b"red\n\nblue\n", b"red\nred\n", b"\xff\xfe"):
        (tmp_path / "m" / "labels.txt").write_bytes(content)
        assert set(scan(tmp_path)["m"].refused) == {1}


def test_external_data_outside_of_its_folder_is_refused(tmp_path: Path) -> None:
    """ONNX files may name others that hold their weights: not any file of the machine."""
    (tmp_path / "secret").write_bytes(bytes(12))
    file = foreign_model()
    weights = file.graph.initializer.add(
        name="weights", data_type=TensorProto.FLOAT, dims=[3], data_location=TensorProto.EXTERNAL
    )
    weights.external_data.add(key="location", value="../secret")
    file.graph.node[-1].input[0] = "moved"
    file.graph.node.insert(2, onnx.helper.make_node("Add", ["means", "weights"], ["moved"]))
    (tmp_path / "1").mkdir()
    (tmp_path / "1/model.onnx").write_bytes(file.SerializeToString())
    with pytest.raises(ModelRejected, match="escapes model directory"):
        Model(
            tmp_path / "1/model.onnx", name="m", version=1, threads=1, foreign=CustomModelOptions(LABELS, softmax=True)
        )


def test_a_foreign_model_is_served_like_any_other(tmp_path: Path, transport: str, images: NDArray[np.uint8]) -> None:
    publish(tmp_path, "colours", 3, foreign_model(batch=1).SerializeToString())
    write_options(tmp_path, "colours", FOREIGN + "scale = 1.0\n")
    chosen = Settings(model_repository=tmp_path, port=0, http_port=0, transport=transport)
    with App(chosen, CollectorRegistry()) as app:
        with grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}") as channel:
            stub = inference_rpc.GRPCInferenceServiceStub(channel)
            described = stub.ModelMetadata(inference_pb.ModelMetadataRequest(name="colours"), timeout=TIMEOUT)
            assert (described.inputs[0].name, described.inputs[0].datatype) == ("image", "UINT8")
            request = inference_pb.ModelInferRequest(
                model_name="colours",
                inputs=[Tensor(name="image", datatype="UINT8", shape=images.shape)],
                raw_input_contents=[images.tobytes()],
            )
            answered = arrays(stub.ModelInfer(request, timeout=TIMEOUT))
        np.testing.assert_allclose(answered["logits"], images.mean(axis=(2, 3)), rtol=1e-5)
        np.testing.assert_allclose(answered["probabilities"].sum(axis=1), 1, rtol=1e-5)
        with Client(f"127.0.0.1:{app.grpc_port}") as client:
            green = np.zeros((3, 40, 30), np.uint8)
            green[1] = 255
            assert client.classify(encode_png(green)).label == "green"
            assert client.model("colours").labels == LABELS
