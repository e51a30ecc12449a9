"""Between the client's values and the messages of lenet.v1; shared by Client and AsyncClient."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from grpc_health.v1 import health_pb2

from lenet.v1 import classifier_pb2 as pb
from lenet_client._errors import ImageError, ServerFault
from lenet_client._images import ImageInput, path_of, to_image
from lenet_client._values import Model, Prediction

# A batch is sent when it has so many images, or would exceed so many bytes: enough to keep the server's batches full,
# small enough that a folder of photographs stays below the server's message limit and the client's memory flat.
BATCH_IMAGES = 64
BATCH_BYTES = 16 * 2**20


@dataclass(frozen=True)
class Question:
    """What is asked about each image: the model, its version (0: the newest) and the number of labels (0: three)."""

    model: str = ""
    version: int | str = 0
    top_k: int = 0

    def request(self, images: Iterable[pb.Image]) -> pb.ClassifyRequest:
        """The request for these images."""
        version, label = version_or_label(self.version)
        return pb.ClassifyRequest(model=self.model, version=version, label=label, top_k=self.top_k, images=images)


@dataclass
class Batch:
    """The images of one request, and in their places those that could not even be read."""

    entries: list[pb.Image | ImageError] = field(default_factory=list)
    paths: list[str | None] = field(default_factory=list)
    size: int = 0  # bytes

    @classmethod
    def of(cls, images: Iterable[ImageInput]) -> "Batch":
        """All images in one batch."""
        batch = cls()
        for image in images:
            batch.add(_readable(image), path_of(image))
        return batch

    def add(self, entry: pb.Image | ImageError, path: str | None) -> None:
        """Put one more image into the batch; `path` is where it came from."""
        self.entries.append(entry)
        self.paths.append(path)
        self.size += entry.ByteSize() if isinstance(entry, pb.Image) else 0

    def images(self) -> Sequence[pb.Image]:
        """Those that can be sent."""
        return [entry for entry in self.entries if isinstance(entry, pb.Image)]

    def results(self, response: pb.ClassifyResponse) -> list[Prediction | ImageError]:
        """A result for each entry, in order. Raises ServerFault where the response has not one for each image."""
        if len(response.results) != len(self.images()):
            raise ServerFault(f"{len(self.images())} images were sent, {len(response.results)} results came back")
        answers = iter(response.results)
        return [
            entry if isinstance(entry, ImageError) else _result(next(answers), path)
            for entry, path in zip(self.entries, self.paths, strict=True)
        ]


def batches(images: Iterable[ImageInput]) -> Iterator[Batch]:
    """Cut a stream of images into batches, reading each file only when its batch is wanted."""
    batch = Batch()
    for image in images:
        entry = _readable(image)
        too_much = isinstance(entry, pb.Image) and batch.size + entry.ByteSize() > BATCH_BYTES
        if batch.entries and (too_much or len(batch.entries) >= BATCH_IMAGES):
            yield batch
            batch = Batch()
        batch.add(entry, path_of(image))
    if batch.entries:
        yield batch


def _readable(image: ImageInput) -> pb.Image | ImageError:
    """The image of a request, or why there is none."""
    try:
        return to_image(image)
    except ImageError as error:
        return error


def single(result: Prediction | ImageError) -> Prediction:
    """The prediction for an only image; raises its ImageError."""
    if isinstance(result, ImageError):
        raise result
    return result


def model_request(name: str, version: int | str) -> pb.GetModelRequest:
    """The request for the description of a model version."""
    number, label = version_or_label(version)
    return pb.GetModelRequest(model=name, version=number, label=label)


def version_or_label(version: int | str) -> tuple[int, str]:
    """The number and the label that a request has for a version: one of them says which."""
    return (0, version) if isinstance(version, str) else (version, "")


def to_model(message: pb.Model) -> Model:
    """The description of a model version."""
    channels, height, width = message.input_shape
    return Model(
        name=message.name,
        version=message.version,
        labels=tuple(message.labels),
        input_shape=(channels, height, width),
        metadata=dict(message.metadata),
        version_labels=tuple(message.version_labels),
    )


def is_serving(response: health_pb2.HealthCheckResponse) -> bool:
    """Whether the answer to a health check says that calls are taken."""
    return bool(response.status == health_pb2.HealthCheckResponse.SERVING)


def _result(result: pb.Result, path: str | None) -> Prediction | ImageError:
    top = tuple([(each.label, each.score) for each in result.prediction.top])
    if not top:
        return ImageError(result.error.message, path)
    return Prediction(*top[0], top)
