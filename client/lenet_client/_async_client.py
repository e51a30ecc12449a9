"""The asyncio client: the methods of Client, awaited."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from types import TracebackType
from typing import Literal, overload

from lenet_client._async_in_flight import as_completed, dispatch, in_order
from lenet_client._async_transport import AsyncTransport
from lenet_client._base_client import BaseClient
from lenet_client._batches import Batch
from lenet_client._connection import Connection
from lenet_client._errors import ImageError
from lenet_client._images import ImageInput
from lenet_client._lenet_protocol import inspect_image
from lenet_client._model_control import load_model, unload_model
from lenet_client._operation import ClassifyOptions
from lenet_client._protocols import prediction_or_raise
from lenet_client._results import Inspection, Model, Prediction


class AsyncClient(BaseClient[AsyncTransport]):
    """A client of a lenet server, for one event loop. Options, parameters and errors are those of Client."""

    async def classify(
        self, image: ImageInput, *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> Prediction:
        """See Client.classify."""
        results = await self.classify_batch((image,), model=model, version=version, top_k=top_k)
        return prediction_or_raise(results[0])

    async def classify_batch(
        self, images: Iterable[ImageInput], *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> list[Prediction | ImageError]:
        """See Client.classify_batch."""
        options = ClassifyOptions(model, version, top_k)
        return await self._transport.run(self._protocol.classify(Batch.of(images), options))

    async def inspect(
        self, image: ImageInput, *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> Inspection:
        """See Client.inspect."""
        return await self._transport.run(inspect_image(image, ClassifyOptions(model, version, top_k)))

    @overload
    def classify_many(
        self,
        images: Iterable[ImageInput] | AsyncIterable[ImageInput],
        *,
        model: str = "",
        version: int | str = 0,
        top_k: int = 0,
        ordered: Literal[True] = True,
    ) -> AsyncIterator[Prediction | ImageError]: ...

    @overload
    def classify_many(
        self,
        images: Iterable[ImageInput] | AsyncIterable[ImageInput],
        *,
        model: str = "",
        version: int | str = 0,
        top_k: int = 0,
        ordered: Literal[False],
    ) -> AsyncIterator[tuple[int, Prediction | ImageError]]: ...

    def classify_many(
        self,
        images: Iterable[ImageInput] | AsyncIterable[ImageInput],
        *,
        model: str = "",
        version: int | str = 0,
        top_k: int = 0,
        ordered: bool = True,
    ) -> AsyncIterator[Prediction | ImageError] | AsyncIterator[tuple[int, Prediction | ImageError]]:
        """See Client.classify_many; `images` may also be an asynchronous iterable."""
        options = ClassifyOptions(model, version, top_k)
        dispatched = dispatch(
            self._transport, images, lambda batch: self._protocol.classify(batch, options), self._patience
        )
        limit = self._connection.batches_in_flight()
        return in_order(dispatched, limit) if ordered else as_completed(dispatched, limit)

    async def models(self) -> list[Model]:
        """See Client.models."""
        return await self._transport.run(self._protocol.models())

    async def model(self, name: str = "", version: int | str = 0) -> Model:
        """See Client.model."""
        return await self._transport.run(self._protocol.model(name, version))

    async def healthy(self, model: str = "") -> bool:
        """See Client.healthy."""
        return await self._transport.run(self._protocol.healthy(model))

    async def load(self, name: str) -> None:
        """See Client.load."""
        await self._transport.run(load_model(name))

    async def unload(self, name: str) -> None:
        """See Client.unload."""
        await self._transport.run(unload_model(name))

    async def close(self) -> None:
        """See Client.close."""
        await self._transport.close()

    def _open_transport(self, connection: Connection) -> AsyncTransport:
        return AsyncTransport(connection)

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
