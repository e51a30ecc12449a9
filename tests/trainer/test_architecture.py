"""The list of layers has the lecture's shapes and the parameters of each layer."""

from lenet_trainer.architecture import layers
from lenet_trainer.model import LeNet


def test_layers_of_the_default_network() -> None:
    rows = layers(LeNet())
    assert sum(row.parameters for row in rows) == 61_706
    assert {row.name: row.parameters for row in rows if row.parameters} == {
        "conv1": 156,
        "conv2": 2_416,
        "dense1": 48_120,
        "dense2": 10_164,
        "dense3": 850,
    }
    described = {row.name: (row.description, row.output_shape) for row in rows}
    assert described["conv1"] == ("convolution 5×5, padding 2", (6, 28, 28))
    assert described["conv2"] == ("convolution 5×5", (16, 10, 10))
    assert described["pool1"] == ("average pooling 2×2, stride 2", (6, 14, 14))
    assert described["sigmoid4"] == ("sigmoid", (84,))


def test_layers_of_colour_pictures() -> None:
    assert layers(LeNet(labels=3, channels=3, height=32, width=32))[0].output_shape == (3, 32, 32)
