"""The client for asyncio programs: Client's methods, awaited. What both share is in _messages and _errors."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
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


class AsyncClient:
    """A connection to a lenet server, for one event loop. Parameters and errors are those of Client."""

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
            grpc.aio.secure_channel(server, secure, OPTIONS) if secure else grpc.aio.insecure_channel(server, OPTIONS)
        )
        self._classifier = rpc.ClassifierStub(self._channel)
        self._check = health_pb2_grpc.HealthStub(self._channel).Check  # type: ignore[attr-defined]  # not in its stubs

    async def classify(
        self, image: ImageInput, *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> Prediction:
        """See Client.classify."""
        return single((await self.classify_batch([image], model=model, version=version, top_k=top_k))[0])

    async def classify_batch(
        self, images: Iterable[ImageInput], *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> list[Prediction | ImageError]:
        """See Client.classify_batch."""
        return await self._ask(Batch.of(images), Question(model, version, top_k))

    async def classify_many(
        self, images: Iterable[ImageInput], *, model: str = "", version: int | str = 0, top_k: int = 0
    ) -> AsyncIterator[Prediction | ImageError]:
        """See Client.classify_many."""
        question = Question(model, version, top_k)
        on_their_way: deque[asyncio.Task[list[Prediction | ImageError]]] = deque()
        try:
            cut = batches(images)
            while batch := await asyncio.to_thread(next, cut, None):  # reading files would hold up the event loop
                on_their_way.append(asyncio.create_task(self._ask(batch, question)))
                if len(on_their_way) >= IN_FLIGHT:
                    for result in await on_their_way.popleft():
                        yield result
            while on_their_way:
                for result in await on_their_way.popleft():
                    yield result
        finally:
            for task in on_their_way:
                task.cancel()

    async def models(self) -> list[Model]:
        """See Client.models."""
        with translated(self.server):
            response = await self._classifier.ListModels(
                pb.ListModelsRequest(), timeout=self._timeout, metadata=self._metadata
            )
        return [to_model(each) for each in response.models]

    async def model(self, name: str = "", version: int | str = 0) -> Model:
        """See Client.model."""
        with translated(self.server):
            request = model_request(name, version)
            return to_model(await self._classifier.GetModel(request, timeout=self._timeout, metadata=self._metadata))

    async def healthy(self, model: str = "") -> bool:
        """See Client.healthy."""
        with translated(self.server):
            return is_serving(
                await self._check(
                    health_pb2.HealthCheckRequest(service=model), timeout=self._timeout, metadata=self._metadata
                )
            )

    async def close(self) -> None:
        """Close the connection; calls on their way end."""
        await self._channel.close()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def _ask(self, batch: Batch, question: Question) -> list[Prediction | ImageError]:
        images = batch.images()
        if not images:
            return batch.results(pb.ClassifyResponse())
        with translated(self.server):
            return batch.results(
                await self._classifier.Classify(
                    question.request(images), timeout=self._timeout, metadata=self._metadata
                )
            )
