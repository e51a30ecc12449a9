"""The user's own images: a folder with a subfolder for each label, of any formats and sizes."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lenet_imaging import Limits, Preprocessing
from lenet_trainer.datasets.dataset import Dataset, content_digest
from lenet_trainer.datasets.folder_tree import PictureFile, find_pictures
from lenet_trainer.datasets.image_file import fit_picture, read_picture
from lenet_trainer.datasets.stratified_split import stratified
from lenet_trainer.errors import DatasetError
from lenet_trainer.progress import Progress
from lenet_trainer.settings import DataSettings

SIZE = 28  # default rows and columns
TEST_SHARE = 0.2
MIN_TRAINING, MIN_TEST = 4, 1  # images of each label; with fewer, a label can be neither learned nor measured
COLOURED_PIXEL_SHARE, COLOURED_IMAGE_SHARE = 0.01, 0.05  # a few coloured pixels or images do not make a colour dataset
GREY_NOISE = 24  # of 255: JPEG leaves differences up to this between the channels of a grey image
READ_AHEAD = 256  # images decoded ahead of their use

Fitted = dict[int, NDArray[np.uint8]]  # one image as [C, H, W], by its number of channels


@dataclass(frozen=True)
class FolderPictures:
    """The images below `settings.data_dir`, preprocessed as the server preprocesses the images in requests."""

    settings: DataSettings
    progress: Progress

    def load(self) -> Dataset:
        """Return all readable images; raises DatasetError for too few of a label or too many unreadable ones."""
        folder = self.settings.data_dir
        labels, found = find_pictures(folder)
        files, pictures = self.read_all(found)
        channels = self.settings.channels or (3 if coloured(pictures) else 1)
        images = (
            np.stack([picture[channels] for picture in pictures])
            if pictures
            else np.zeros((0, channels, SIZE, SIZE), np.uint8)
        )
        indices = np.array([file.label for file in files], np.int64)
        given = any(file.split for file in found)
        share = TEST_SHARE if self.settings.test_share is None else self.settings.test_share
        seed = self.settings.split_seed or 0
        if given:
            in_test = np.array([file.split == "test" for file in files], bool)
            train, test = np.flatnonzero(~in_test), np.flatnonzero(in_test)
        else:
            train, test = stratified(indices, share, seed)
        require_enough(labels, indices[train], indices[test])
        arrays = (images[train], indices[train], images[test], indices[test])
        origin = "split as given" if given else f"{share:.0%} of each label set aside by the seed {seed}"
        return Dataset(
            folder.resolve().name,
            content_digest(*arrays),
            labels,
            self.settings.fit or "resize",
            *arrays,
            description=(
                f"{len(files):,} pictures in {len(labels)} folders named by label, {len(train):,} to train and "
                f"{len(test):,} to test, {origin}"
            ),
            attribution="the pictures are the publisher's own; their terms are not known here",
            split_settings={} if given else {"test_share": share, "split_seed": seed},
        )

    def read_all(self, files: Sequence[PictureFile]) -> tuple[list[PictureFile], list[Fitted]]:
        """Return the readable files and their images; reports unreadable ones, raises DatasetError for too many."""
        readable: list[PictureFile] = []
        pictures: list[Fitted] = []
        unreadable = 0
        self.progress.begin("reading pictures", len(files))
        for file, result in zip(files, self.results(files), strict=True):
            if isinstance(result, DatasetError):
                unreadable += 1
                self.progress.say(f"skipped: {result}")
                if unreadable > self.settings.max_unreadable:
                    raise DatasetError(
                        f"more than {self.settings.max_unreadable} pictures cannot be read, the last one being "
                        f"{result}. --max-unreadable N (LENET_TRAINER_MAX_UNREADABLE) allows more"
                    )
            else:
                readable.append(file)
                pictures.append(result)
            self.progress.advance()
        self.progress.end()
        return readable, pictures

    def results(self, files: Sequence[PictureFile]) -> Iterator[Fitted | DatasetError]:
        """Yield each file's image or its error, read in threads: decoding releases Python's global lock."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for start in range(0, len(files), READ_AHEAD):
                yield from pool.map(self.read, files[start : start + READ_AHEAD])

    def read(self, file: PictureFile) -> Fitted | DatasetError:
        """Return one image, both grey and in colour if the dataset's channels are not known yet, or its error."""
        height, width = self.settings.height or SIZE, self.settings.width or SIZE
        wanted = (self.settings.channels,) if self.settings.channels else (1, 3)
        if self.settings.fit == "ink":
            wanted = (1,)
        try:
            picture = read_picture(file.path, Limits(), "ink" if self.settings.fit == "ink" else "resize")
            return {
                channels: fit_picture(picture, self.preprocessing(channels, height, width), file.path)
                for channels in wanted
            }
        except DatasetError as error:
            return error

    def preprocessing(self, channels: int, height: int, width: int) -> Preprocessing:
        """Return the preprocessing of the settings."""
        return Preprocessing("ink" if self.settings.fit == "ink" else "resize", channels, height, width)


def coloured(pictures: Sequence[Fitted]) -> bool:
    """Return whether more than a few of the images are in colour."""
    shares = [
        (picture[3].max(axis=0).astype(int) - picture[3].min(axis=0) > GREY_NOISE).mean()
        for picture in pictures
        if 3 in picture
    ]
    return sum(bool(share > COLOURED_PIXEL_SHARE) for share in shares) > COLOURED_IMAGE_SHARE * len(shares)


def require_enough(labels: Sequence[str], train: NDArray[np.int64], test: NDArray[np.int64]) -> None:
    """Raise DatasetError if a label has too few images to train or to test with."""
    to_train, to_test = (np.bincount(indices, minlength=len(labels)) for indices in (train, test))
    for label, training, testing in zip(labels, to_train, to_test, strict=True):
        if training < MIN_TRAINING or testing < MIN_TEST:
            raise DatasetError(
                f"of the label {label} there are {training} to train and {testing} to test with; "
                f"every label needs {MIN_TRAINING} and {MIN_TEST}"
            )
