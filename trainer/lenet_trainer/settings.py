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
DEVICES = ("auto", "cpu", "cuda")
SMALLEST, LARGEST = 12, 4096  # rows or columns; below 12 nothing is left of a picture for the last pooling
WITHOUT_EFFECT = ("output", "resume", "checkpoint_seconds", "tensorboard")  # on the weights
MNIST_MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"


@dataclass(frozen=True, kw_only=True)
class NetworkSettings(Settings):
    """The form of a network that need not exist."""

    channels: int = setting(1, "1 for grey pictures, 3 for coloured ones", choices=(1, 3))
    height: int = setting(28, "rows of a picture", SMALLEST, LARGEST)
    width: int = setting(28, "columns of a picture", SMALLEST, LARGEST)
    labels: str = setting("10", "how many labels, or their names: a,b,c", placeholder="NAMES")
    activation: str = setting("sigmoid", "function after a layer; the lecture's is sigmoid", choices=ACTIVATIONS)
    pooling: str = setting("average", "what becomes of 2×2 values; the lecture's is average", choices=POOLINGS)


@dataclass(frozen=True, kw_only=True)
class DataSettings(Settings):
    """Which pictures to use and where they are; what is None is found from the pictures, or from the model."""

    dataset: str = setting(
        "mnist", "the pictures: digits needs no download, folder and idx are your own", choices=DATASETS
    )
    data_dir: Path = setting(
        Path("data"), "folder of the data; for folder it holds a sub-folder per label; LENET_DATA_DIR counts too"
    )
    mirror: str = setting(
        MNIST_MIRROR, "where MNIST is downloaded from if it is not in the data folder", placeholder="URL"
    )
    channels: int | None = setting(
        None, "folder, idx: 1 for grey, 3 for colour; colour where the pictures have some", choices=(1, 3)
    )
    height: int | None = setting(
        None, "folder, idx: rows of the model's pictures; where not given 28, or those of the files", SMALLEST, LARGEST
    )
    width: int | None = setting(
        None,
        "folder, idx: columns of the model's pictures; where not given 28, or those of the files",
        SMALLEST,
        LARGEST,
    )
    fit: str | None = setting(
        None,
        "folder, idx: how pictures come to the model's form, resize where not given; ink finds a handwritten sign",
        choices=FITS,
    )
    test_share: float | None = setting(
        None, "folder: share of each label's pictures to test with, 0.2 where not given", 0.01, 0.9
    )
    split_seed: int | None = setting(None, "folder: which pictures these are, 0 where not given", 0, 2**63 - 1)
    max_unreadable: int = setting(10, "folder: this many unreadable pictures are skipped, more refused", 0, 10**9)
    labels: str | None = setting(None, "idx: the labels' names, a,b,c; numbers where not given", placeholder="NAMES")
    transposed: str = setting(
        "auto", "idx: whether pictures are stored by columns; auto: those of EMNIST are", choices=("auto", "yes", "no")
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
                raise SettingsError(f"{flag(name)} ({variable(name)}) is not for --dataset {self.dataset}")
        if self.fit == "ink" and self.channels == 3:
            raise SettingsError("--fit ink (LENET_TRAINER_FIT) gives grey pictures; leave out --channels 3")


@dataclass(frozen=True, kw_only=True)
class TrainSettings(DataSettings):
    """Everything that decides how a model is trained and where it goes."""

    output: Path = setting(Path("models/lenet"), "folder of the model; the next whole number below it is the version")
    epochs: int | None = setting(
        None, "passes over the training pictures; where not given 15, and more for small datasets", 1, 10_000
    )
    seed: int = setting(0, "start of all random numbers; the same seed gives the same model", 0, 2**63 - 1)
    max_steps: int | None = setting(None, "stop after this many batches, for a quick trial; a teacher too", 1, 10**9)
    batch_size: int = setting(128, "pictures per step", 1, 65_536)
    learning_rate: float = setting(0.01, "highest learning rate of the one-cycle schedule", 1e-7, 10.0)
    weight_decay: float = setting(0.01, "AdamW's pull of the weights towards 0", 0.0, 10.0)
    shift_pixels: float = setting(1.5, "training pictures are moved by up to this, each way", 0.0, 8.0)
    rotation_degrees: float = setting(10.0, "training pictures are turned by up to this, each way", 0.0, 180.0)
    zoom: float = setting(0.1, "training pictures grow or shrink by up to this share", 0.0, 0.9)
    shear: float = setting(0.0, "training pictures are slanted by up to this share, each way", 0.0, 1.0)
    elastic_pixels: float = setting(
        0.0, "training pictures are bent: neighbouring parts move by so much (standard deviation)", 0.0, 8.0
    )
    average_decay: float = setting(
        0.0, "share of the past in a running average of the weights, which is then the result; 0 for none", 0.0, 0.99999
    )
    teacher_epochs: int = setting(
        0, "passes of a larger network, trained first, whose answers the model learns; 0 for none", 0, 10_000
    )
    lessons: int = setting(
        16, "passes for which the teacher answers, repeated from then on; each takes a byte per pixel", 1, 10_000
    )
    temperature: float = setting(2.0, "how soft the teacher's answers are made", 0.1, 100.0)
    activation: str = setting("sigmoid", "function after a layer; the lecture's is sigmoid", choices=ACTIVATIONS)
    pooling: str = setting("average", "what becomes of 2×2 values; the lecture's is average", choices=POOLINGS)
    class_weights: str = setting(
        "auto", "whether rare labels count more; auto: where they differ by half", choices=("auto", "on", "off")
    )
    validation_share: float = setting(1 / 12, "share of the training pictures that only watches the training", 0.0, 0.5)
    threads: int | None = setting(None, "processor threads; PyTorch's choice where not given", 1, 1024)
    device: str = setting("auto", "where to compute; auto takes CUDA where there is one", choices=DEVICES)
    compile: bool = setting(False, "compile the network first, which pays after some epochs; needs a C++ compiler")
    resume: bool = setting(False, "go on with the interrupted training of this output folder")
    checkpoint_seconds: float = setting(60.0, "time between two checkpoints, kept in .training", 0.0, 86_400.0)
    tensorboard: Path | None = setting(
        None, "folder for TensorBoard's event files; needs lenet-trainer[tensorboard]", placeholder="DIR"
    )

    def of_the_weights(self) -> dict[str, Any]:
        """The settings that decide about the weights, by name; which pictures those are is told by their digest."""
        others = {item.name for item in fields(DataSettings)} | set(WITHOUT_EFFECT)
        return {name: value for name, value in asdict(self).items() if name not in others}


@dataclass(frozen=True, kw_only=True)
class CompareSettings(DataSettings):
    """How LeNet and its rivals are trained side by side."""

    epochs: int = setting(10, "passes of the networks over the training pictures", 1, 10_000)
    seed: int = setting(0, "start of all random numbers", 0, 2**32 - 1)
    threads: int | None = setting(None, "processor threads; all there are where not given", 1, 1024)


@dataclass(frozen=True, kw_only=True)
class DisturbanceSettings(Settings):
    """How digits become pictures such as people have."""

    disturbed: str | None = setting(
        None,
        "write them as photographs and scans instead: all, or kinds such as shadow,noise,mixture; a folder for each",
        placeholder="KINDS",
    )
    count: int = setting(200, "disturbed: digits of each kind, spread over the split", 1, 10**6)
    seed: int = setting(
        0, "disturbed: start of all random numbers; the same seed gives the same pictures", 0, 2**63 - 1
    )
