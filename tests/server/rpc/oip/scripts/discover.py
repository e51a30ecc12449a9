"""What the client can ask of server, models and repository."""

from tritonclient.grpc import InferenceServerClient

from tests.server.rpc.oip.scripts.data import ADDRESS

with InferenceServerClient(ADDRESS) as client:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("lenet")
    assert client.is_model_ready("lenet", "1")
    assert not client.is_model_ready("lenet", "2")
    assert not client.is_model_ready("vgg")

    server = client.get_server_metadata()
    assert server.name == "lenet-server"
    assert {"statistics", "classification", "model_configuration"} <= set(server.extensions)

    model = client.get_model_metadata("lenet")
    assert (model.name, list(model.versions), model.platform) == ("lenet", ["1"], "onnxruntime_onnx")
    tensors = {each.name: (each.datatype, list(each.shape)) for each in (*model.inputs, *model.outputs)}
    assert tensors == {
        "image": ("UINT8", [-1, 1, 28, 28]),
        "probabilities": ("FP32", [-1, 10]),
        "logits": ("FP32", [-1, 10]),
    }

    config = client.get_model_config("lenet", as_json=True)["config"]
    assert config == {
        "name": "lenet",
        "platform": "onnxruntime_onnx",
        "backend": "onnxruntime",
        "max_batch_size": 64,
        "input": [{"name": "image", "data_type": "TYPE_UINT8", "format": "FORMAT_NCHW", "dims": ["1", "28", "28"]}],
        "output": [
            {"name": "probabilities", "data_type": "TYPE_FP32", "dims": ["10"]},
            {"name": "logits", "data_type": "TYPE_FP32", "dims": ["10"]},
        ],
        "dynamic_batching": {},
    }

    (indexed,) = client.get_model_repository_index().models
    assert (indexed.name, indexed.version, indexed.state, indexed.reason) == ("lenet", "1", "READY", "")
