"""The images of one request, and how a stream of images is cut into requests."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from lenet_client._errors import ImageError
from lenet_client._images import Content, ImageInput, content_of, path_of
from lenet_client._results import Prediction

# A batch is sent when it has so many images, or would exceed so many bytes: enough to keep the server's batches full,
# small enough that a folder of photographs stays below the server's message limit and the client's memory flat.
BATCH_IMAGES = 64
BATCH_BYTES = 8 * 2**20

Result: TypeAlias = Prediction | ImageError


@dataclass(frozen=True)
class Question:
    """What is asked about each image: the model, its version (0: the newest) and the number of labels (0: three)."""

    model: str = ""
    version: int | str = 0
    top_k: int = 0


@dataclass
class Batch:
    """The images of one request, and in their places those that could not even be read."""

    entries: list[Content | ImageError] = field(default_factory=list)
    paths: list[str | None] = field(default_factory=list)
    size: int = 0  # bytes

    @classmethod
    def of(cls, images: Iterable[ImageInput]) -> "Batch":
        """All images in one batch."""
        batch = cls()
        for image in images:
            batch.add(_readable(image), path_of(image))
        return batch

    def add(self, entry: Content | ImageError, path: str | None) -> None:
        """Put one more image into the batch; `path` is where it came from."""
        self.entries.append(entry)
        self.paths.append(path)
        self.size += _size(entry)

    def contents(self) -> Sequence[Content]:
        """Those that can be sent."""
        return [entry for entry in self.entries if not isinstance(entry, ImageError)]

    def results(self, answers: Iterable[Result]) -> list[Result]:
        """A result for each entry, in order, from the answers to those that were sent."""
        each_answer = iter(answers)
        return [
            entry if isinstance(entry, ImageError) else _placed(next(each_answer), path)
            for entry, path in zip(self.entries, self.paths, strict=True)
        ]


def batches(images: Iterable[ImageInput]) -> Iterator[Batch]:
    """Cut a stream of images into batches, reading each file only when its batch is wanted."""
    batch = Batch()
    for image in images:
        entry = _readable(image)
        if batch.entries and (len(batch.entries) >= BATCH_IMAGES or batch.size + _size(entry) > BATCH_BYTES):
            yield batch
            batch = Batch()
        batch.add(entry, path_of(image))
    if batch.entries:
        yield batch


def _readable(image: ImageInput) -> Content | ImageError:
    """What is sent of an image, or why nothing can be."""
    try:
        return content_of(image)
    except ImageError as error:
        return error


def _size(entry: Content | ImageError) -> int:
    if isinstance(entry, ImageError):
        return 0
    return len(entry) if isinstance(entry, bytes) else len(entry.data)


def _placed(answer: Result, path: str | None) -> Result:
    """The answer, with the path where it is an error of a file."""
    return ImageError(answer.reason, path) if isinstance(answer, ImageError) else answer
