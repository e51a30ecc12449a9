"""The trainer's settings: each field is a flag, an environment variable LENET_TRAINER_<FIELD>, and a line of --help."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from lenet_trainer.errors import SettingsError
from lenet_trainer.setting_field import Settings, flag, setting, variable

DATASETS = ("mnist", "digits", "folder", "idx")
FITS = ("resize", "ink")
ACTIVATIONS = ("sigmoid", "tanh", "relu")
POOLINGS = ("average", "max")
GRAPHS = ("tiled", "plain")
GRAPH_HELP = "form of the ONNX graph: tiled is faster, plain has one node per layer"
DEVICES = ("auto", "cpu", "cuda")
SMALLEST, LARGEST = 12, 4096  # rows or columns; images below 12 leave nothing for the last pooling
WITHOUT_EFFECT = ("output", "graph", "resume", "checkpoint_seconds", "tensorboard")  # on the weights
MNIST_MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"


@dataclass(frozen=True, kw_only=True)
class NetworkSettings(Settings):
    """The shape of a network to summarise, without weights."""

    channels: int = setting(1, "1 for grey pictures, 3 for coloured ones", choices=(1, 3))
    height: int = setting(28, "rows of a picture", SMALLEST, LARGEST)
    width: int = setting(28, "columns of a picture", SMALLEST, LARGEST)
    labels: str = setting("10", "number of labels, or their names: a,b,c", placeholder="NAMES")
    activation: str = setting("sigmoid", "function after a layer; the lecture's is sigmoid", choices=ACTIVATIONS)
    pooling: str = setting("average", "how 2×2 values become one; the lecture's is average", choices=POOLINGS)


@dataclass(frozen=True, kw_only=True)
class DataSettings(Settings):
    """Which images to use and where they are; None is inferred from the images, or from the model."""

    dataset: str = setting(
        "mnist", "the images: digits needs no download; folder and idx are your own", choices=DATASETS
    )
    data_dir: Path = setting(
        Path("data"), "folder of the data, for folder one subfolder per label; LENET_DATA_DIR sets it too"
    )
    mirror: str = setting(
        MNIST_MIRROR, "where to download MNIST from if it is not in the data folder", placeholder="URL"
    )
    channels: int | None = setting(
        None, "folder, idx: 1 for grey, 3 for colour; by default colour if the images have any", choices=(1, 3)
    )
    height: int | None = setting(
        None, "folder, idx: rows of the model's input; default 28, or those of the IDX files", SMALLEST, LARGEST
    )
    width: int | None = setting(
        None,
        "folder, idx: columns of the model's input; default 28, or those of the IDX files",
        SMALLEST,
        LARGEST,
    )
    fit: str | None = setting(
        None,
        "folder, idx: preprocessing to the model's input, default resize; ink crops a handwritten glyph",
        choices=FITS,
    )
    test_share: float | None = setting(
        None, "folder: share of each label's images to test with, default 0.2", 0.01, 0.9
    )
    split_seed: int | None = setting(None, "folder: random seed of the test split, default 0", 0, 2**63 - 1)
    max_unreadable: int = setting(
        10, "folder: maximum number of unreadable images to skip; more are an error", 0, 10**9
    )
    labels: str | None = setting(None, "idx: the labels' names, a,b,c; default numbers", placeholder="NAMES")
    transposed: str = setting(
        "auto", "idx: whether images are stored column by column; auto: yes for EMNIST", choices=("auto", "yes", "no")
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.mirror.startswith(("http://", "https://")):
            raise SettingsError(
                f"--mirror (LENET_TRAINER_MIRROR) must begin with http:// or https://, not {self.mirror!r}"
            )
        own = {"folder": ("labels",), "idx": ("test_share", "split_seed")}
        others = own.get(self.dataset, ("channels", "height", "width", "fit", "labels", "test_share", "split_seed"))
        for name in others:
            if getattr(self, name) is not None:
                raise SettingsError(f"{flag(name)} ({variable(name)}) does not apply to --dataset {self.dataset}")
        if self.fit == "ink" and self.channels == 3:
            raise SettingsError("--fit ink (LENET_TRAINER_FIT) gives grey pictures; leave out --channels 3")


@dataclass(frozen=True, kw_only=True)
class TrainSettings(DataSettings):
    """How a model is trained and where it is published."""

    output: Path = setting(Path("models/lenet"), "folder of the model; its next whole number is the version")
    epochs: int | None = setting(
        None, "passes over the training images; default 15, more for small datasets", 1, 10_000
    )
    seed: int = setting(0, "random seed; the same seed gives the same model", 0, 2**63 - 1)
    max_steps: int | None = setting(
        None, "stop after this many batches, for a quick trial; applies to a teacher too", 1, 10**9
    )
    batch_size: int = setting(128, "images per step", 1, 65_536)
    learning_rate: float = setting(0.01, "maximum learning rate of the one-cycle schedule", 1e-7, 10.0)
    weight_decay: float = setting(0.01, "weight decay of AdamW", 0.0, 10.0)
    shift_pixels: float = setting(1.5, "shift training images by up to this many pixels in each direction", 0.0, 8.0)
    rotation_degrees: float = setting(10.0, "rotate training images by up to this many degrees either way", 0.0, 180.0)
    zoom: float = setting(0.1, "enlarge or shrink training images by up to this share", 0.0, 0.9)
    shear: float = setting(0.0, "shear training images by up to this share either way", 0.0, 1.0)
    elastic_pixels: float = setting(
        0.0, "elastic distortion of training images: standard deviation of the displacements", 0.0, 8.0
    )
    average_decay: float = setting(
        0.0, "publish a running average of the weights with this decay; 0 for none", 0.0, 0.99999
    )
    teacher_epochs: int = setting(
        0, "epochs of a larger teacher network, trained first, whose answers the model learns; 0 for none", 0, 10_000
    )
    lessons: int = setting(
        16,
        "augmented copies of the training images that the teacher classifies, then reused; a byte per pixel each",
        1,
        10_000,
    )
    temperature: float = setting(2.0, "softmax temperature of the distillation loss", 0.1, 100.0)
    activation: str = setting("sigmoid", "function after a layer; the lecture's is sigmoid", choices=ACTIVATIONS)
    pooling: str = setting("average", "how 2×2 values become one; the lecture's is average", choices=POOLINGS)
    class_weights: str = setting(
        "auto",
        "whether rare labels count more; auto: if the largest label has 1.5 times the images of the smallest",
        choices=("auto", "on", "off"),
    )
    validation_share: float = setting(1 / 12, "share of the training images held out for validation", 0.0, 0.5)
    threads: int | None = setting(None, "CPU threads; default PyTorch's choice", 1, 1024)
    device: str = setting("auto", "where to compute; auto is CUDA if available", choices=DEVICES)
    compile: bool = setting(False, "compile the network first, which pays off after some epochs; needs a C++ compiler")
    graph: str = setting("tiled", GRAPH_HELP, choices=GRAPHS)
    resume: bool = setting(False, "resume the interrupted training of this output folder")
    checkpoint_seconds: float = setting(
        60.0, "minimum seconds between two checkpoints, stored in .training", 0.0, 86_400.0
    )
    tensorboard: Path | None = setting(
        None, "folder for TensorBoard's event files; needs lenet-trainer[tensorboard]", placeholder="DIR"
    )

    def of_the_weights(self) -> dict[str, Any]:
        """Return the settings that determine the weights, by name; the dataset is identified by its digest instead."""
        others = {item.name for item in fields(DataSettings)} | set(WITHOUT_EFFECT)
        return {name: value for name, value in asdict(self).items() if name not in others}


@dataclass(frozen=True, kw_only=True)
class ExportSettings(DataSettings):
    """How a published model is written anew, and the images that it is verified with."""

    output: Path = setting(Path("models/lenet"), "model folder; the model is published as its next version")
    graph: str = setting("tiled", GRAPH_HELP, choices=GRAPHS)


@dataclass(frozen=True, kw_only=True)
class CompareSettings(DataSettings):
    """How LeNet and the baselines are trained for a comparison."""

    epochs: int = setting(10, "passes of the networks over the training images", 1, 10_000)
    seed: int = setting(0, "random seed", 0, 2**32 - 1)
    threads: int | None = setting(None, "CPU threads; default all", 1, 1024)


@dataclass(frozen=True, kw_only=True)
class CorruptionSettings(Settings):
    """How digits become images like photographs and scans."""

    disturbed: str | None = setting(
        None,
        "write corrupted images instead, like photographs and scans: all, or kinds such as shadow,noise,mixture",
        placeholder="KINDS",
    )
    count: int = setting(200, "disturbed: digits of each kind, spread over the split", 1, 10**6)
    seed: int = setting(0, "disturbed: random seed; the same seed gives the same images", 0, 2**63 - 1)
