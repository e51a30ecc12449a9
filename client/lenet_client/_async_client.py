"""The client for asyncio programs: Client's methods, awaited."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from types import TracebackType
from typing import Literal, overload

from lenet_client._async_in_flight import as_they_come, departures, in_order
from lenet_client._async_transport import AsyncWire
from lenet_client._batches import Batch, Question
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
from lenet_client._inspection import Inspection
from lenet_client._lenet_protocol import inspection
from lenet_client._model_control import loading, unloading
from lenet_client._preprocessing import Fit
from lenet_client._protocols import ProtocolName, protocol_of, single
from lenet_client._results import Model, Prediction


class AsyncClient:
    """Connections to a lenet server, for one event loop. Parameters and errors are those of Client."""

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
        self._wire = AsyncWire(
            server,
            credentials(tls, tls_ca, tls_certificate, tls_key),
            channel_options(server, connections),
            connections=connections,
            timeout=timeout,
            metadata=authorization(token),
        )

    async def classify(
        self, image: ImageInput, *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> Prediction:
        """See Client.classify."""
        return single((await self.classify_batch((image,), model=model, version=version, top_k=top_k))[0])

    async def classify_batch(
        self, images: Iterable[ImageInput], *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> list[Prediction | ImageError]:
        """See Client.classify_batch."""
        return await self._wire.run(self._protocol.classification(Batch.of(images), Question(model, version, top_k)))

    async def inspect(
        self, image: ImageInput, *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> Inspection:
        """See Client.inspect."""
        return await self._wire.run(inspection(image, Question(model, version, top_k)))

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
        """See Client.classify_many; `images` may be an asynchronous iterable as well."""
        question = Question(model, version, top_k)
        flights = departures(
            self._wire, images, lambda batch: self._protocol.classification(batch, question), self._patience
        )
        return in_order(flights, self._at_a_time) if ordered else as_they_come(flights, self._at_a_time)

    async def models(self) -> list[Model]:
        """See Client.models."""
        return await self._wire.run(self._protocol.models())

    async def model(self, name: str = "", version: int | str = 0) -> Model:
        """See Client.model."""
        return await self._wire.run(self._protocol.model(name, version))

    async def healthy(self, model: str = "") -> bool:
        """See Client.healthy."""
        return await self._wire.run(self._protocol.healthy(model))

    async def load(self, name: str) -> None:
        """See Client.load."""
        await self._wire.run(loading(name))

    async def unload(self, name: str) -> None:
        """See Client.unload."""
        await self._wire.run(unloading(name))

    async def close(self) -> None:
        """Close the connections; calls under way end."""
        await self._wire.close()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
