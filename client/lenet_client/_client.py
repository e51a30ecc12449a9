"""The blocking client."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Literal, overload

from lenet_client._base_client import BaseClient
from lenet_client._batches import Batch, batches
from lenet_client._connection import Connection
from lenet_client._errors import ImageError
from lenet_client._images import ImageInput
from lenet_client._in_flight import as_completed, dispatch, in_order
from lenet_client._lenet_protocol import inspect_image
from lenet_client._model_control import load_model, unload_model
from lenet_client._operation import ClassifyOptions
from lenet_client._protocols import prediction_or_raise
from lenet_client._results import Inspection, Model, Prediction
from lenet_client._transport import Transport


class Client(BaseClient[Transport]):
    """A client of a lenet server. Its methods block, and may be called from any thread.

    Every method raises a LenetError when the server does not answer. Constructor options: see __init__.
    """

    def classify(self, image: ImageInput, *, model: str = "", version: int | str = 0, top_k: int = 0) -> Prediction:
        """Classify one image. Raises ImageError for an image that cannot be read.

        model: the model's name; empty for the server's only model.
        version: a number, 0 for the newest, or an alias such as "stable".
        top_k: the number of labels in `Prediction.top`; 0 for three, or for all when the model has fewer.
        """
        return prediction_or_raise(self.classify_batch((image,), model=model, version=version, top_k=top_k)[0])

    def classify_batch(
        self, images: Iterable[ImageInput], *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> list[Prediction | ImageError]:
        """Classify images in one request. An image that cannot be read has an ImageError in its place."""
        options = ClassifyOptions(model, version, top_k)
        return self._transport.run(self._protocol.classify(Batch.of(images), options))

    def inspect(self, image: ImageInput, *, model: str = "", version: int | str = 0, top_k: int = 0) -> Inspection:
        """Classify one image and return the model's input with the prediction. Parameters and errors: see classify().

        Raises NotSupported when the server does not return inputs, as servers do that have only the Open Inference
        Protocol.
        """
        return self._transport.run(inspect_image(image, ClassifyOptions(model, version, top_k)))

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
        """Classify a stream of images, in batches, with several requests in flight.

        Yields one result for each image, in order; an image that cannot be read has an ImageError in its place. With
        `ordered=False` yields (position, result) pairs as requests complete. Images are read from the iterable as they
        are needed, so memory stays flat. Requests are retried for `patience` seconds while the server is away.
        """
        options = ClassifyOptions(model, version, top_k)
        dispatched = dispatch(
            self._transport, batches(images), lambda batch: self._protocol.classify(batch, options), self._patience
        )
        limit = self._connection.batches_in_flight()
        return in_order(dispatched, limit) if ordered else as_completed(dispatched, limit)

    def models(self) -> list[Model]:
        """All model versions that the server has loaded."""
        return self._transport.run(self._protocol.models())

    def model(self, name: str = "", version: int | str = 0) -> Model:
        """One model version. Name and version: see classify()."""
        return self._transport.run(self._protocol.model(name, version))

    def healthy(self, model: str = "") -> bool:
        """Whether the server, or one of its models, is serving. Raises ModelNotFound for an unknown model."""
        return self._transport.run(self._protocol.healthy(model))

    def load(self, name: str) -> None:
        """Load the versions of a model that are in the server's repository; return when they are in service.

        Raises NotSupported unless the server was started with --model-control explicit, PermissionDenied without the
        control right, ModelNotFound or InvalidRequest when the model cannot be loaded.
        """
        self._transport.run(load_model(name))

    def unload(self, name: str) -> None:
        """Unload a model; return when it is out of service. Raises as load() does."""
        self._transport.run(unload_model(name))

    def close(self) -> None:
        """Close the connections; calls in flight are cancelled."""
        self._transport.close()

    def _open_transport(self, connection: Connection) -> Transport:
        return Transport(connection)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # When Ctrl-C interrupts a call, gRPC miscounts its open calls, and closing the channel would hang.
        if kind is None or not issubclass(kind, KeyboardInterrupt):
            self.close()
