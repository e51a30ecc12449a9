"""A receiver of traces, as OpenTelemetry's collector is one: OTLP over gRPC on a port of its own."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as rpc
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector(rpc.TraceServiceServicer):
    """Keeps what it is sent. Attributes: `endpoint`, `spans`, and `resource`, the attributes of their sender."""

    def __init__(self) -> None:
        self.endpoint = ""
        self.spans: list[Span] = []
        self.resource: dict[str, object] = {}

    def Export(  # noqa: N802
        self,
        request: pb.ExportTraceServiceRequest,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> pb.ExportTraceServiceResponse:
        """Take a batch of spans."""
        for sender in request.resource_spans:
            self.resource = attributes(sender.resource.attributes)
            for scope in sender.scope_spans:
                self.spans += scope.spans
        return pb.ExportTraceServiceResponse()

    def servers(self) -> list[Span]:
        """The spans of calls, in the order in which these began."""
        found = [span for span in self.spans if span.kind == Span.SPAN_KIND_SERVER]
        return sorted(found, key=lambda span: span.start_time_unix_nano)

    def within(self, parent: Span) -> list[Span]:
        """The spans below one, in the order in which they began."""
        found = [span for span in self.spans if span.parent_span_id == parent.span_id]
        return sorted(found, key=lambda span: span.start_time_unix_nano)


def attributes(pairs: Iterable[KeyValue]) -> dict[str, object]:
    """The attributes of a span or of a sender."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value") or "string_value") for each in pairs}


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that receives until the block ends."""
    collector = Collector()
    server = grpc.server(ThreadPoolExecutor(1))
    rpc.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    collector.endpoint = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield collector
    finally:
        server.stop(None).wait()
