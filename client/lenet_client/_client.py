"""The client for programs that wait for their answers."""

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Literal, overload

from lenet_client._batches import Batch, Question, batches
from lenet_client._channel_options import (
    DEFAULT_CONNECTIONS,
    DEFAULT_PATIENCE,
    DEFAULT_TIMEOUT,
    channel_options,
    flights_at_a_time,
)
from lenet_client._credentials import File, authorization, credentials
from lenet_client._errors import ImageError
from lenet_client._images import ImageInput
from lenet_client._in_flight import as_they_come, departures, in_order
from lenet_client._inspection import Inspection
from lenet_client._lenet_protocol import inspection
from lenet_client._model_control import loading, unloading
from lenet_client._preprocessing import Fit
from lenet_client._protocols import ProtocolName, protocol_of, single
from lenet_client._results import Model, Prediction
from lenet_client._transport import Wire


class Client:
    """Connections to a lenet server, for use from any number of threads.

    `server` is HOST:PORT, or a gRPC name: of `dns:///HOST:PORT` and `ipv4:A:PORT,B:PORT` all addresses take turns.
    `timeout` is in seconds and holds for each request, its retries included; None waits without end. classify_many()
    waits up to `patience` seconds for a server that is away, restarts or is too busy; the other methods about one.
    `connections` is how many are opened at most: one for each call under way at a time.
    `tls` encrypts the connection; `tls_ca` is a PEM file of those who may sign the server's certificate (default: the
    well-known ones), `tls_certificate` and `tls_key` are PEM files that show who the client is. Each of them implies
    `tls`. `token` is sent with each call: without TLS, in plain text.
    `protocol` "oip" speaks to any server of the Open Inference Protocol; `labels` are then the model's where the
    server does not tell them, and `fit` ("ink" or "resize") is how pictures are brought into the model's form here.
    Every method raises a LenetError where it gets no answer; the constructor OSError or ValueError for what is wrong.
    """

    def __init__(
        self,
        server: str = "localhost:50051",
        *,
        timeout: float | None = DEFAULT_TIMEOUT,
        patience: float = DEFAULT_PATIENCE,
        connections: int = DEFAULT_CONNECTIONS,
        tls: bool = False,
        tls_ca: File | None = None,
        tls_certificate: File | None = None,
        tls_key: File | None = None,
        token: str | None = None,
        protocol: ProtocolName = "lenet",
        labels: Sequence[str] | None = None,
        fit: Fit | None = None,
    ) -> None:
        self.server = server
        self._patience = patience
        self._at_a_time = flights_at_a_time(connections)
        self._protocol = protocol_of(protocol, labels, fit)
        self._wire = Wire(
            server,
            credentials(tls, tls_ca, tls_certificate, tls_key),
            channel_options(server, connections),
            connections=connections,
            timeout=timeout,
            metadata=authorization(token),
        )

    def classify(self, image: ImageInput, *, model: str = "", version: int | str = 0, top_k: int = 0) -> Prediction:
        """Classify one image. Raises ImageError where it cannot be read.

        An empty `model` is the server's only one. `version` is a number, 0 for the newest, or a label such as "stable".
        `top_k` 0 is three labels, or all where the model has fewer.
        """
        return single(self.classify_batch((image,), model=model, version=version, top_k=top_k)[0])

    def classify_batch(
        self, images: Iterable[ImageInput], *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> list[Prediction | ImageError]:
        """Classify the images of one request. One that cannot be read has an ImageError in its place."""
        return self._wire.run(self._protocol.classification(Batch.of(images), Question(model, version, top_k)))

    def inspect(self, image: ImageInput, *, model: str = "", version: int | str = 0, top_k: int = 0) -> Inspection:
        """Classify one image and have what the model was given of it. Parameters and errors are those of classify().

        Raises NotSupported where the server does not tell; those that know the Open Inference Protocol alone do not.
        """
        return self._wire.run(inspection(image, Question(model, version, top_k)))

    @overload
    def classify_many(
        self,
        images: Iterable[ImageInput],
        *,
        model: str = "",
        version: int | str = 0,
        top_k: int = 0,
        ordered: Literal[True] = True,
    ) -> Iterator[Prediction | ImageError]: ...

    @overload
    def classify_many(
        self,
        images: Iterable[ImageInput],
        *,
        model: str = "",
        version: int | str = 0,
        top_k: int = 0,
        ordered: Literal[False],
    ) -> Iterator[tuple[int, Prediction | ImageError]]: ...

    def classify_many(
        self,
        images: Iterable[ImageInput],
        *,
        model: str = "",
        version: int | str = 0,
        top_k: int = 0,
        ordered: bool = True,
    ) -> Iterator[Prediction | ImageError] | Iterator[tuple[int, Prediction | ImageError]]:
        """Classify any number of images, in batches, several of them under way at a time.

        Yields a result for each image, in order; one that cannot be read has an ImageError in its place. With `ordered`
        False, results come when they are there, each with the position of its image, as enumerate() counts. Images are
        taken from the iterable as they are needed, so memory stays flat. A server that restarts is waited for.
        """
        question = Question(model, version, top_k)
        flights = departures(
            self._wire,
            batches(images),
            lambda batch: self._protocol.classification(batch, question),
            self._patience,
        )
        return in_order(flights, self._at_a_time) if ordered else as_they_come(flights, self._at_a_time)

    def models(self) -> list[Model]:
        """All model versions that the server has."""
        return self._wire.run(self._protocol.models())

    def model(self, name: str = "", version: int | str = 0) -> Model:
        """One model version; name and version are those of classify()."""
        return self._wire.run(self._protocol.model(name, version))

    def healthy(self, model: str = "") -> bool:
        """Whether the server, or one of its models, takes calls. Raises ModelNotFound for a model it does not know."""
        return self._wire.run(self._protocol.healthy(model))

    def load(self, name: str) -> None:
        """Have the server serve what its repository has of the model now: it returns when that is in service.

        Raises NotSupported where the server's operator has not allowed that (lenet-server --model-control explicit),
        PermissionDenied where the token does not, ModelNotFound or InvalidRequest where the model cannot be served.
        """
        self._wire.run(loading(name))

    def unload(self, name: str) -> None:
        """Have the server serve the model no longer. Raises as load() does."""
        self._wire.run(unloading(name))

    def close(self) -> None:
        """Close the connections; calls under way end."""
        self._wire.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Where Ctrl-C comes in the middle of a call, gRPC loses count of its calls, and would wait for it for ever.
        if kind is None or not issubclass(kind, KeyboardInterrupt):
            self.close()
