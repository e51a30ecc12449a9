"""Loads the dataset that the settings name."""

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.datasets.folder import FolderPictures
from lenet_trainer.datasets.idx_folder import IdxFolder
from lenet_trainer.datasets.mnist import MnistFiles
from lenet_trainer.progress import Progress
from lenet_trainer.settings import DataSettings


def load(settings: DataSettings, progress: Progress) -> Dataset:
    """Return the dataset of `settings.dataset`; raises DatasetError if it is missing or damaged."""
    if settings.dataset == "mnist":
        return MnistFiles(settings.data_dir, settings.mirror, progress).load()
    if settings.dataset == "folder":
        return FolderPictures(settings, progress).load()
    if settings.dataset == "idx":
        return IdxFolder(settings).load()
    from lenet_trainer.datasets.digits import load_digits  # scikit-learn takes a second to import

    return load_digits()
