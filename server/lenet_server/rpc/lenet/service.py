"""The gRPC service lenet.v1.Classifier: requests in, answers or statuses out. Classify itself is in `methods`."""

from collections.abc import Iterator

import grpc

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.inference.catalog import Catalog
from lenet_server.rpc.lenet.messages import from_model, read, refuse
from lenet_server.rpc.request_handler import Edge


class ClassifierService(rpc.ClassifierServicer):
    """Each method is a thin edge around the core."""

    def __init__(self, edge: Edge, catalog: Catalog) -> None:
        self._edge = edge
        self._catalog = catalog

    def ClassifyStream(  # noqa: N802
        self, request_iterator: Iterator[pb.ClassifyRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.ClassifyResponse]:
        """Classify requests as they come; answers may overtake one another."""
        return self._edge.classify_stream("ClassifyStream", context, request_iterator, read, refuse, in_order=False)

    def ListModels(self, request: pb.ListModelsRequest, context: grpc.ServicerContext) -> pb.ListModelsResponse:  # noqa: ARG002, N802
        """List all that is served."""
        return self._edge.respond(
            "ListModels",
            context,
            lambda: pb.ListModelsResponse(
                models=[from_model(each.model, self._catalog.labels(each.model)) for each in self._catalog]
            ),
        )

    def GetModel(self, request: pb.GetModelRequest, context: grpc.ServicerContext) -> pb.Model:  # noqa: N802
        """Describe one model version."""

        def respond() -> pb.Model:
            model = self._catalog.find(request.model, request.version, request.label).model
            return from_model(model, self._catalog.labels(model))

        return self._edge.respond("GetModel", context, respond)
