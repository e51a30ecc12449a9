"""Exports a network as an ONNX file: its layers, in tiles where that is faster, and the metadata.

Built node by node because `torch.onnx.export` takes seconds and seven more packages for the same dozen nodes.
"""

from collections.abc import Iterator

import onnx
from onnx import NodeProto, TensorProto, checker, helper, numpy_helper
from torch import nn

from lenet_trainer.export.metadata import ModelMetadata
from lenet_trainer.export.tiles.nodes import tiled_nodes
from lenet_trainer.export.tiles.plan import tile_plan
from lenet_trainer.export.tiles.pooling_order import pool_first
from lenet_trainer.networks.layer_table import height_and_width
from lenet_trainer.networks.network import Network, Normalise

OPSET = 17
IR_VERSION = 8  # released with opset 17, so that older runtimes read the file


def export(network: Network, metadata: ModelMetadata, graph: str = "tiled") -> bytes:
    """Return the ONNX file: input `image` uint8 [N, C, H, W], outputs `probabilities` and `logits` float32 [N, K].

    `graph` is `tiled`, the faster form, or `plain`, one node per layer. Raises TypeError for an unsupported kind of
    layer.
    """
    layers = list(network.layers.named_children())
    nodes: list[NodeProto] = []
    tensor = "image"
    if graph == "tiled":
        plan = tile_plan(network)
        if plan:
            nodes += tiled_nodes(plan, tensor)
            tensor, layers = plan.output, layers[plan.layer_count :]
        layers = pool_first(layers)
    for position, (name, layer) in enumerate(layers, start=1):
        output = name if position < len(layers) else "logits"
        nodes += layer_nodes(name, layer, tensor, output)
        tensor = output
    nodes.append(helper.make_node("Softmax", [tensor], ["probabilities"], name="probabilities", axis=1))

    labels = len(metadata.labels)
    onnx_graph = helper.make_graph(
        nodes,
        "lenet",
        inputs=[helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", *network.input_shape])],
        outputs=[
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", labels]),
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", labels]),
        ],
        initializer=list(initializers(network)),
    )
    model = helper.make_model(
        onnx_graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="lenet-trainer",
        producer_version=metadata.trainer_version,
    )
    helper.set_model_props(model, metadata.to_properties())
    checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def layer_nodes(name: str, layer: nn.Module, source: str, output: str) -> list[NodeProto]:
    """Return the nodes of one layer, from the tensor `source` to the tensor `output`."""
    match layer:
        case Normalise():
            return [
                helper.make_node("Cast", [source], [f"{name}.float"], f"{name}.float", to=TensorProto.FLOAT),
                helper.make_node("Mul", [f"{name}.float", f"{name}.scale"], [f"{name}.scaled"], f"{name}.scaled"),
                helper.make_node("Add", [f"{name}.scaled", f"{name}.shift"], [output], name),
            ]
        case nn.Conv2d():
            kernel, stride, pads = layer.kernel_size, layer.stride, (*layer.padding, *layer.padding)
            names = [source, *parameters(name)]
            return [helper.make_node("Conv", names, [output], name, kernel_shape=kernel, strides=stride, pads=pads)]
        case nn.AvgPool2d() | nn.MaxPool2d():
            kind = "AveragePool" if isinstance(layer, nn.AvgPool2d) else "MaxPool"
            window, stride = height_and_width(layer.kernel_size), height_and_width(layer.stride)
            return [helper.make_node(kind, [source], [output], name, kernel_shape=window, strides=stride)]
        case nn.Linear():
            return [helper.make_node("Gemm", [source, *parameters(name)], [output], name, transB=1)]
        case nn.Sigmoid() | nn.Tanh():
            return [helper.make_node(type(layer).__name__, [source], [output], name)]
        case nn.ReLU():
            return [helper.make_node("Relu", [source], [output], name)]
        case nn.Flatten():
            return [helper.make_node("Flatten", [source], [output], name, axis=1)]
        case _:
            raise TypeError(f"layer {name}: there is no ONNX node for {type(layer).__name__}")


def parameters(name: str) -> list[str]:
    """Return the names of a layer's weights and biases, the same in the file as in PyTorch."""
    return [f"{name}.weight", f"{name}.bias"]


def initializers(network: Network) -> Iterator[onnx.TensorProto]:
    """Yield weights, biases and constants of the network, by name."""
    for name, tensor in network.layers.state_dict().items():
        yield numpy_helper.from_array(tensor.detach().cpu().numpy(), name)
