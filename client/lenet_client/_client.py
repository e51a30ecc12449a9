"""The client for programs that wait for their answers."""

from collections import deque
from collections.abc import Iterable, Iterator
from types import TracebackType

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_client._channel import DEFAULT_TIMEOUT, IN_FLIGHT, OPTIONS
from lenet_client._errors import ImageError, translated
from lenet_client._images import ImageInput
from lenet_client._messages import Batch, Question, batches, is_serving, model_request, single, to_model
from lenet_client._security import File, authorization, credentials
from lenet_client._values import Model, Prediction


class Client:
    """A connection to a lenet server, for use from any number of threads.

    `server` is HOST:PORT. `timeout` is in seconds and holds for each request; None waits without end.
    `tls` encrypts the connection; `tls_ca` is a PEM file of those who may sign the server's certificate (default: the
    well-known ones), `tls_certificate` and `tls_key` are PEM files that show who the client is. Each of them implies
    `tls`. `token` is sent with each call: without TLS, in plain text.
    Every method raises a LenetError where it gets no answer; the constructor OSError or ValueError for what is wrong.
    """

    def __init__(
        self,
        server: str = "localhost:50051",
        *,
        timeout: float | None = DEFAULT_TIMEOUT,
        tls: bool = False,
        tls_ca: File | None = None,
        tls_certificate: File | None = None,
        tls_key: File | None = None,
        token: str | None = None,
    ) -> None:
        self.server = server
        self._timeout = timeout
        self._metadata = authorization(token)
        secure = credentials(tls, tls_ca, tls_certificate, tls_key)
        self._channel = (
            grpc.secure_channel(server, secure, OPTIONS) if secure else grpc.insecure_channel(server, OPTIONS)
        )
        self._classifier = rpc.ClassifierStub(self._channel)
        self._check = health_pb2_grpc.HealthStub(self._channel).Check  # type: ignore[attr-defined]  # not in its stubs

    def classify(self, image: ImageInput, *, model: str = "", version: int | str = 0, top_k: int = 0) -> Prediction:
        """Classify one image. Raises ImageError where it cannot be read.

        An empty `model` is the server's only one. `version` is a number, 0 for the newest, or a label such as "stable".
        `top_k` 0 is the server's choice of labels.
        """
        return single(self.classify_batch([image], model=model, version=version, top_k=top_k)[0])

    def classify_batch(
        self, images: Iterable[ImageInput], *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> list[Prediction | ImageError]:
        """Classify the images of one request. One that cannot be read has an ImageError in its place."""
        batch = Batch.of(images)
        return self._finish(batch, self._start(batch, Question(model, version, top_k)))

    def classify_many(
        self, images: Iterable[ImageInput], *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> Iterator[Prediction | ImageError]:
        """Classify any number of images, in batches, several of them on their way at a time.

        Yields a result for each image, in order; one that cannot be read has an ImageError in its place. Images are
        taken from the iterable as they are needed, so memory stays flat.
        """
        question = Question(model, version, top_k)
        on_their_way: deque[tuple[Batch, grpc.Future[pb.ClassifyResponse] | None]] = deque()
        try:
            for batch in batches(images):
                on_their_way.append((batch, self._start(batch, question)))
                if len(on_their_way) >= IN_FLIGHT:
                    yield from self._finish(*on_their_way.popleft())
            while on_their_way:
                yield from self._finish(*on_their_way.popleft())
        finally:
            for _, call in on_their_way:
                if call:
                    call.cancel()

    def models(self) -> list[Model]:
        """All model versions that the server has."""
        with translated(self.server):
            response = self._classifier.ListModels(
                pb.ListModelsRequest(), timeout=self._timeout, metadata=self._metadata
            )
        return [to_model(each) for each in response.models]

    def model(self, name: str = "", version: int | str = 0) -> Model:
        """One model version; name and version are those of classify()."""
        with translated(self.server):
            return to_model(
                self._classifier.GetModel(model_request(name, version), timeout=self._timeout, metadata=self._metadata)
            )

    def healthy(self, model: str = "") -> bool:
        """Whether the server, or one of its models, takes calls. Raises ModelNotFound for a model it does not know."""
        with translated(self.server):
            return is_serving(
                self._check(
                    health_pb2.HealthCheckRequest(service=model), timeout=self._timeout, metadata=self._metadata
                )
            )

    def close(self) -> None:
        """Close the connection; calls on their way end."""
        self._channel.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, batch: Batch, question: Question) -> "grpc.Future[pb.ClassifyResponse] | None":
        """Send the batch; None where nothing in it can be sent."""
        images = batch.images()
        return (
            self._classifier.Classify.future(question.request(images), timeout=self._timeout, metadata=self._metadata)
            if images
            else None
        )

    def _finish(self, batch: Batch, call: "grpc.Future[pb.ClassifyResponse] | None") -> list[Prediction | ImageError]:
        with translated(self.server):
            return batch.results(call.result() if call else pb.ClassifyResponse())
