"""A trace collector for tests: receives OTLP over gRPC on a free port."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as rpc
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector(rpc.TraceServiceServicer):
    """Stores received spans. Attributes: `endpoint`, `spans`, and `resource`, the sender's attributes."""

    def __init__(self) -> None:
        self.endpoint = ""
        self.spans: list[Span] = []
        self.resource: dict[str, object] = {}

    def Export(  # noqa: N802
        self,
        request: pb.ExportTraceServiceRequest,
        context: grpc.ServicerContext,  # noqa: ARG002
    ) -> pb.ExportTraceServiceResponse:
        """Store a batch of spans."""
        for sender in request.resource_spans:
            self.resource = attributes(sender.resource.attributes)
            for scope in sender.scope_spans:
                self.spans += scope.spans
        return pb.ExportTraceServiceResponse()

    def servers(self) -> list[Span]:
        """Return the server spans, ordered by start time."""
        found = [span for span in self.spans if span.kind == Span.SPAN_KIND_SERVER]
        return sorted(found, key=lambda span: span.start_time_unix_nano)

    def within(self, parent: Span) -> list[Span]:
        """Return the children of a span, ordered by start time."""
        found = [span for span in self.spans if span.parent_span_id == parent.span_id]
        return sorted(found, key=lambda span: span.start_time_unix_nano)


def attributes(pairs: Iterable[KeyValue]) -> dict[str, object]:
    """Return the attributes of a span or resource as a dict."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value") or "string_value") for each in pairs}


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector for the length of a `with` block."""
    collector = Collector()
    server = grpc.server(ThreadPoolExecutor(1))
    rpc.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    collector.endpoint = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield collector
    finally:
        server.stop(None).wait()
