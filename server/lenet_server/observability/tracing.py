"""OpenTelemetry traces: one span per call, with child spans for decoding, queueing and inference.

Spans are created when the call has ended, from the times in its CallTimings. Attributes follow OpenTelemetry's semantic
conventions for gRPC; those that the conventions lack begin with `lenet.`.
"""

import threading
import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

import grpc
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from lenet_server import __version__
from lenet_server.batching.call_context import BatchRun, CallTimings
from lenet_server.observability.call_observer import EndedCall
from lenet_server.observability.method_names import full_name

# Statuses that mark a server span as failed, from OpenTelemetry's semantic conventions for gRPC. The others are the
# caller's mistakes.
SERVER_ERRORS = (
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DATA_LOSS,
)

ToUnixNanoseconds = Callable[[float], int]


def make_exporter(endpoint: str) -> SpanExporter:
    """Return an exporter to an OTLP/gRPC receiver at `http://HOST:PORT` or `https://HOST:PORT`."""
    return OTLPSpanExporter(endpoint=endpoint)


class Traces:
    """A CallObserver that exports each call as spans, in batches."""

    def __init__(self, exporter: SpanExporter, sample_ratio: float) -> None:
        """Sample the fraction `sample_ratio`, 0 to 1, of calls without a trace context; others follow the caller's."""
        service = {"service.name": "lenet-server", "service.version": __version__}
        resource = Resource.create(service | dict(OTELResourceDetector().detect().attributes))
        self._exporter = exporter
        self._provider = TracerProvider(ParentBasedTraceIdRatio(sample_ratio), resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("lenet_server", __version__)
        self._propagator = TraceContextTextMapPropagator()
        self._link_lock = threading.Lock()
        # For each model run, the inference span of the first traced call in its batch: the others link to it.
        self._first_span: WeakKeyDictionary[BatchRun, SpanContext] = WeakKeyDictionary()

    def call_ended(self, call: EndedCall) -> None:
        """Export the call's spans."""
        to_unix = _monotonic_to_unix()
        name = full_name(call.method)
        span = self._tracer.start_span(
            name, self._parent(call), SpanKind.SERVER, _attributes(call, name), start_time=to_unix(call.started)
        )
        if span.is_recording():
            if call.code in SERVER_ERRORS:
                span.set_attribute("error.type", call.code.name)
                span.set_status(Status(StatusCode.ERROR, call.message))
            if call.timings:
                self._add_stages(call.timings, call.ended, set_span_in_context(span), to_unix)
        span.end(to_unix(call.ended))

    def stop(self, seconds: float) -> None:
        """Export the remaining spans, for at most `seconds`."""
        abort = threading.Timer(seconds, self._exporter.shutdown)
        abort.start()
        self._provider.shutdown()
        abort.cancel()
        abort.join()

    def _parent(self, call: EndedCall) -> Context:
        """Return the context of the caller's span, from its W3C trace context headers."""
        carrier: dict[str, list[str]] = {}
        for key, value in call.caller.metadata():
            if key in self._propagator.fields:
                carrier.setdefault(key, []).append(str(value))
        return self._propagator.extract(carrier)

    def _add_stages(self, timings: CallTimings, ended: float, parent: Context, to_unix: ToUnixNanoseconds) -> None:
        if timings.decoding_since is not None:
            decoded_at = ended if timings.decoded_at is None else timings.decoded_at
            self._add_stage("decode", parent, to_unix(timings.decoding_since), to_unix(decoded_at))
        if timings.queued_at is not None:
            self._add_stage("queue", parent, to_unix(timings.queued_at), to_unix(timings.runs[0].began))
        for run in timings.runs:
            self._add_inference(run, parent, to_unix)

    def _add_inference(self, run: BatchRun, parent: Context, to_unix: ToUnixNanoseconds) -> None:
        """Add the span of a model run. Calls in one batch share the run: later spans link to the first."""
        with self._link_lock:
            first = self._first_span.get(run)
            span = self._tracer.start_span(
                "inference",
                parent,
                attributes={"lenet.batch.images": run.images, "lenet.batch.calls": run.calls},
                links=[Link(first)] if first else [],
                start_time=to_unix(run.began),
            )
            if not first:
                self._first_span[run] = span.get_span_context()
        span.end(to_unix(run.ended))

    def _add_stage(self, name: str, parent: Context, start: int, end: int) -> None:
        self._tracer.start_span(name, parent, start_time=start).end(end)


def _monotonic_to_unix() -> ToUnixNanoseconds:
    """Return a function from seconds of time.monotonic() to nanoseconds since 1970."""
    offset = time.time_ns() - time.monotonic_ns()
    return lambda seconds: offset + int(seconds * 1e9)


def _attributes(call: EndedCall, name: str) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {
        "rpc.system.name": "grpc",
        "rpc.method": name,
        "rpc.response.status_code": call.code.name,
        "lenet.request_id": call.request_id,
    }
    if call.peer:
        host, _, port = call.peer.rpartition(":")
        attributes |= {"client.address": host.strip("[]"), "client.port": int(port)}
    if call.timings and call.timings.model:
        timings = call.timings
        attributes |= {
            "lenet.model": timings.model,
            "lenet.version": timings.version,
            "lenet.images": timings.images,
        }
    return attributes
