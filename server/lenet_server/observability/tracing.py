"""Traces of calls for OpenTelemetry: a span for each call, and in it one each for decoding, queueing and inference.

They are made when the call has ended, of the times that were noted on its way. Attributes are those of OpenTelemetry's
conventions for gRPC; what these do not know begins with `lenet.`.
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

# Statuses that are the server's own fault, by the conventions for gRPC servers; the others are the caller's.
ERRORS = (
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DATA_LOSS,
)

Clock = Callable[[float], int]


def exporter_to(endpoint: str) -> SpanExporter:
    """What sends spans to an OTLP/gRPC receiver, `http://HOST:PORT` or `https://HOST:PORT`."""
    return OTLPSpanExporter(endpoint=endpoint)


class Traces:
    """A CallObserver that makes spans of calls and hands them, in batches, to an exporter."""

    def __init__(self, exporter: SpanExporter, sample_ratio: float) -> None:
        """Trace that share of the calls, 0 … 1, whose caller has not decided by its own trace."""
        named = {"service.name": "lenet-server", "service.version": __version__}
        resource = Resource.create(named | dict(OTELResourceDetector().detect().attributes))
        self._exporter = exporter
        self._provider = TracerProvider(ParentBasedTraceIdRatio(sample_ratio), resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("lenet_server", __version__)
        self._propagator = TraceContextTextMapPropagator()
        self._linking = threading.Lock()
        # The span that stands for a run of the model: that of the first of its calls to be traced.
        self._span_of: WeakKeyDictionary[BatchRun, SpanContext] = WeakKeyDictionary()

    def call_ended(self, call: EndedCall) -> None:
        """Make the spans of the call."""
        clock = _clock()
        name = full_name(call.method)
        span = self._tracer.start_span(
            name, self._parent(call), SpanKind.SERVER, _attributes(call, name), start_time=clock(call.begun)
        )
        if span.is_recording():
            if call.code in ERRORS:
                span.set_attribute("error.type", call.code.name)
                span.set_status(Status(StatusCode.ERROR, call.message))
            if call.progress:
                self._stages(call.progress, call.ended, set_span_in_context(span), clock)
        span.end(clock(call.ended))

    def stop(self, seconds: float) -> None:
        """Send the spans that are left; after so many seconds, give up."""
        give_up = threading.Timer(seconds, self._exporter.shutdown)
        give_up.start()
        self._provider.shutdown()
        give_up.cancel()
        give_up.join()

    def _parent(self, call: EndedCall) -> Context:
        """The caller's span, by the W3C's trace context."""
        carrier: dict[str, list[str]] = {}
        for key, value in call.caller.metadata():
            if key in self._propagator.fields:
                carrier.setdefault(key, []).append(str(value))
        return self._propagator.extract(carrier)

    def _stages(self, progress: CallTimings, ended: float, within: Context, clock: Clock) -> None:
        if progress.decoding_since is not None:
            decoded_at = ended if progress.decoded_at is None else progress.decoded_at
            self._stage("decode", within, clock(progress.decoding_since), clock(decoded_at))
        if progress.queued_at is not None:
            self._stage("queue", within, clock(progress.queued_at), clock(progress.runs[0].began))
        for run in progress.runs:
            self._inference(run, within, clock)

    def _inference(self, run: BatchRun, within: Context, clock: Clock) -> None:
        """A batch is one run and many calls: the trace of each tells of it, and links to the first that did."""
        with self._linking:
            first = self._span_of.get(run)
            span = self._tracer.start_span(
                "inference",
                within,
                attributes={"lenet.batch.images": run.images, "lenet.batch.calls": run.calls},
                links=[Link(first)] if first else [],
                start_time=clock(run.began),
            )
            if not first:
                self._span_of[run] = span.get_span_context()
        span.end(clock(run.ended))

    def _stage(self, name: str, within: Context, start: int, end: int) -> None:
        self._tracer.start_span(name, within, start_time=start).end(end)


def _clock() -> Clock:
    """What turns seconds of time.monotonic() into nanoseconds since 1970."""
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
    if call.progress and call.progress.model:
        progress = call.progress
        attributes |= {
            "lenet.model": progress.model,
            "lenet.version": progress.version,
            "lenet.images": progress.images,
        }
    return attributes
