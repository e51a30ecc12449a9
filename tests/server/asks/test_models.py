"""Models without code."""

import shutil
from pathlib import Path

import grpc

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from tests.processes import server_process
from tests.server.asking import PIXELS, RAW, Asker, Question
from tests.server.asks.sending import TIMEOUT, send_all
from tests.server.repositories import BUNDLED


def test_a_folder_with_an_onnx_file_is_a_model(tmp_path: Path, asker: Asker) -> None:
    """MLServer#2360."""
    (tmp_path / "lenet/1").mkdir(parents=True)
    shutil.copy(BUNDLED, tmp_path / "lenet/1/model.onnx")
    with (
        server_process(f"--model-repository={tmp_path}") as server,
        grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel,
    ):
        (model,) = rpc.ClassifierStub(channel).ListModels(pb.ListModelsRequest(), timeout=TIMEOUT).models
        assert (model.name, model.version, list(model.input_shape)) == ("lenet", 1, [1, 28, 28])
        send_all(channel, asker, [Question("", way, "lenet", 1, (1, 2)) for way in (RAW, PIXELS)])
