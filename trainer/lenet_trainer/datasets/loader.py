"""The pictures to train and test on, each dataset in its own module."""

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.folder import FolderPictures
from lenet_trainer.datasets.idx_folder import IdxFolder
from lenet_trainer.datasets.mnist import MnistFiles
from lenet_trainer.progress import Progress
from lenet_trainer.settings import DataSettings

__all__ = ["Dataset", "load"]


def load(settings: DataSettings, progress: Progress) -> Dataset:
    """The dataset that the settings name; raises DatasetError where it cannot be had."""
    if settings.dataset == "mnist":
        return MnistFiles(settings.data_dir, settings.mirror, progress).load()
    if settings.dataset == "folder":
        return FolderPictures(settings, progress).load()
    if settings.dataset == "idx":
        return IdxFolder(settings).load()
    from lenet_trainer.datasets.digits import load_digits  # scikit-learn takes a second to import

    return load_digits()
