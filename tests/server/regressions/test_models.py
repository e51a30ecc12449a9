"""Models are served without code."""

import shutil
from pathlib import Path

import cv2
import grpc
import numpy as np

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_client import Client
from tests.support.processes import server_process
from tests.support.server.asking import PIXELS, RAW, Asker, Question
from tests.support.server.repositories import BUNDLED, foreign_model, publish, write_options
from tests.support.server.sending import TIMEOUT, send_all

FOREIGN = '[foreign]\nlabels = ["red", "green", "blue"]\nsoftmax = true\n'


def test_a_folder_with_an_onnx_file_is_a_model(tmp_path: Path, asker: Asker) -> None:
    """MLServer#2360: no code, and no configuration if the file has all that is needed."""
    (tmp_path / "lenet/1").mkdir(parents=True)
    shutil.copy(BUNDLED, tmp_path / "lenet/1/model.onnx")
    with (
        server_process(f"--model-repository={tmp_path}") as server,
        grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel,
    ):
        (model,) = rpc.ClassifierStub(channel).ListModels(pb.ListModelsRequest(), timeout=TIMEOUT).models
        assert (model.name, model.version, list(model.input_shape)) == ("lenet", 1, [1, 28, 28])
        send_all(channel, asker, [Question("", way, "lenet", 1, (1, 2)) for way in (RAW, PIXELS)])


def test_an_onnx_file_of_another_origin_is_a_model(tmp_path: Path) -> None:
    """The same: float32 in, logits out, no metadata; three lines of model.toml describe it."""
    publish(tmp_path, "colours", 1, foreign_model().SerializeToString())
    write_options(tmp_path, "colours", FOREIGN)
    green = np.zeros((3, 4, 4), np.uint8)
    green[1] = 255
    with (
        server_process(f"--model-repository={tmp_path}") as server,
        Client(f"127.0.0.1:{server.grpc_port}") as client,
    ):
        assert client.classify(green).label == "green"
        blue = cv2.imencode(".png", np.full((40, 30, 3), (255, 0, 0), np.uint8))[1].tobytes()  # OpenCV's order
        assert client.classify(blue).label == "blue"
