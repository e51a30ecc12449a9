"""The images of one request, and how a stream of images is split into requests."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lenet_client._errors import ImageError
from lenet_client._images import ImageContent, ImageInput, content_of, path_of
from lenet_client._results import ImageResult

# A request holds at most 64 images, the server's default max_batch_size, so that each request can fill a batch.
BATCH_IMAGES = 64
# It holds at most 8 MiB, unless one image is larger: well below the server's limit for a message, and the bound on the
# client's memory (a few batches) for a folder of photographs.
BATCH_BYTES = 8 * 2**20


@dataclass
class Batch:
    """The images of one request. Those that could not be read keep their place, as an ImageError."""

    entries: list[ImageContent | ImageError] = field(default_factory=list)
    paths: list[str | None] = field(default_factory=list)
    size: int = 0
    """Bytes to send."""

    @classmethod
    def of(cls, images: Iterable[ImageInput]) -> "Batch":
        """One batch with all images."""
        batch = cls()
        for image in images:
            batch.add(_content_or_error(image), path_of(image))
        return batch

    def add(self, entry: ImageContent | ImageError, path: str | None) -> None:
        """Append an image; `path` is the file it was read from, if any."""
        self.entries.append(entry)
        self.paths.append(path)
        self.size += _size(entry)

    def contents(self) -> Sequence[ImageContent]:
        """The entries that can be sent."""
        return [entry for entry in self.entries if not isinstance(entry, ImageError)]

    def results(self, sent: Iterable[ImageResult]) -> list[ImageResult]:
        """A result for each entry, in order, given the results of those that were sent."""
        sent_results = iter(sent)
        return [
            entry if isinstance(entry, ImageError) else _with_path(next(sent_results), path)
            for entry, path in zip(self.entries, self.paths, strict=True)
        ]


def batches(images: Iterable[ImageInput]) -> Iterator[Batch]:
    """Split a stream of images into batches, reading each file only when its batch is requested."""
    batch = Batch()
    for image in images:
        entry = _content_or_error(image)
        if batch.entries and (len(batch.entries) >= BATCH_IMAGES or batch.size + _size(entry) > BATCH_BYTES):
            yield batch
            batch = Batch()
        batch.add(entry, path_of(image))
    if batch.entries:
        yield batch


def _content_or_error(image: ImageInput) -> ImageContent | ImageError:
    try:
        return content_of(image)
    except ImageError as error:
        return error


def _size(entry: ImageContent | ImageError) -> int:
    if isinstance(entry, ImageError):
        return 0
    return len(entry) if isinstance(entry, bytes) else len(entry.data)


def _with_path(result: ImageResult, path: str | None) -> ImageResult:
    return ImageError(result.reason, path) if isinstance(result, ImageError) else result
