"""The gRPC service lenet.v1.Classifier: requests in, answers or statuses out."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TypeVar

import grpc

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.admission import Admission
from lenet_server.catalog import Catalog
from lenet_server.classifier import Classifier, PendingCall
from lenet_server.errors import Unavailable
from lenet_server.messages import deadline, from_answer, from_model, to_call
from lenet_server.metrics import Metrics
from lenet_server.statuses import status
from lenet_server.stream import ClassificationStream

Response = TypeVar("Response")


class ClassifierService(rpc.ClassifierServicer):
    """Each method is a thin edge around the core."""

    def __init__(self, classifier: Classifier, catalog: Catalog, metrics: Metrics) -> None:
        self._classifier = classifier
        self._catalog = catalog
        self._metrics = metrics
        self._admission = Admission(metrics.rejected)
        self._streams: set[ClassificationStream] = set()

    def Classify(self, request: pb.ClassifyRequest, context: grpc.ServicerContext) -> pb.ClassifyResponse:  # noqa: N802
        """Classify the images of one request."""
        return self._respond("Classify", context, lambda: self._classify(request, context))

    def ClassifyStream(  # noqa: N802
        self, request_iterator: Iterator[pb.ClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.ClassifyResponse]:
        """Classify requests as they come; answers may overtake one another."""
        stream = ClassificationStream(self._classifier, self._metrics, context)
        try:
            # In this order: a stream that is admitted just before a drain is known to it.
            with self._open(stream), self._admission.admitted():
                yield from stream.responses(request_iterator)
        except Unavailable as error:
            context.abort(*status(error))

    def ListModels(self, request: pb.ListModelsRequest, context: grpc.ServicerContext) -> pb.ListModelsResponse:  # noqa: ARG002, N802
        """List all that is served."""
        return self._respond(
            "ListModels",
            context,
            lambda: pb.ListModelsResponse(models=[from_model(each.model) for each in self._catalog]),
        )

    def GetModel(self, request: pb.GetModelRequest, context: grpc.ServicerContext) -> pb.Model:  # noqa: N802
        """Describe one model version."""
        return self._respond(
            "GetModel", context, lambda: from_model(self._catalog.find(request.model, request.version).model)
        )

    def drain(self, seconds: float) -> None:
        """Refuse new calls, let open streams end with what they have read, and wait until all is answered.

        Returns after so many seconds at the latest.
        """
        self._admission.close()
        for stream in list(self._streams):
            stream.drain()
        self._admission.wait_until_quiet(seconds)

    def _classify(self, request: pb.ClassifyRequest, context: grpc.ServicerContext) -> pb.ClassifyResponse:
        done: SimpleQueue[PendingCall] = SimpleQueue()
        self._classifier.start(to_call(request, deadline(context), lambda: not context.is_active()), done.put)
        return from_answer(request.id, done.get().answer())

    def _respond(self, method: str, context: grpc.ServicerContext, respond: Callable[[], Response]) -> Response:
        """Count the request, and turn what it raises into a status."""
        start = time.perf_counter()
        code = grpc.StatusCode.OK
        self._metrics.request_started()
        try:
            with self._admission.admitted():
                return respond()
        except Exception as error:  # noqa: BLE001 the border of a request: `status` logs what nobody foresaw
            code, message = status(error)
            context.abort(code, message)
        finally:
            self._metrics.request_finished(method, code.name, time.perf_counter() - start)

    @contextmanager
    def _open(self, stream: ClassificationStream) -> Iterator[None]:
        self._streams.add(stream)
        try:
            yield
        finally:
            self._streams.discard(stream)
