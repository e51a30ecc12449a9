"""Reads and writes serialised ModelInfer messages, without protobuf for requests that match an earlier one.

A client sends the same message again and again, but for the pixels at its end. The bytes before the pixels are kept as
a template together with their meaning, so that reading the next such request is a comparison of some sixty bytes.
Responses differ only in the numbers at their end, which are appended to a prefix that is kept likewise.
"""

from collections.abc import Callable
from functools import lru_cache, partial

from google.protobuf.message import DecodeError

from lenet.inference import grpc_service_pb2 as pb
from lenet_server.batching.call_context import Caller
from lenet_server.batching.job import DEFAULT_PRIORITY, Outputs
from lenet_server.inference.call import Call, PendingCall
from lenet_server.inference.images import ImageBlock
from lenet_server.inference.model import Model
from lenet_server.rpc.methods import RequestTemplate
from lenet_server.rpc.oip.messages import to_inference
from lenet_server.rpc.parsing import parse

# The tags of the last fields: length-delimited, field 7 of a request and field 6 of a response.
RAW_INPUT, RAW_OUTPUT = b"\x3a", b"\x32"
# Clients choose what is kept, so it is bounded: at most 256 lengths of message × 4 templates × 512 bytes = 0.5 MB. Real
# prefixes have some sixty bytes, and a client uses few lengths: one for each number of images.
MAX_LENGTHS, MAX_PER_LENGTH, MAX_PREFIX_LENGTH = 256, 4, 512


class InferenceReader:
    """Reads requests, keeping templates of some. Threads may share it: a lost update costs a parse, no more."""

    def __init__(self, max_images: int) -> None:
        """A message for more images than that is not even parsed."""
        self._max_images = max_images
        self._templates: dict[int, list[RequestTemplate]] = {}  # by the length of the message

    def read(self, payload: bytes, caller: Caller) -> tuple[Call, Callable[[PendingCall], bytes]]:
        """The call of a serialised request, and a function that makes the serialised response.

        Raises InvalidRequest or ModelNotFound.
        """
        template = self.match(payload)
        if template:
            images = ImageBlock(template.shape, memoryview(payload)[len(template.prefix) :])
            _, _, model, version, alias, priority, timeout_seconds, outputs = template
            call = Call(images, caller, model, version, 0, priority, timeout_seconds, True)
            call.alias = alias
            return call, partial(_respond, outputs)
        request = parse(pb.ModelInferRequest, payload, self._max_images)
        inference = to_inference(request, caller)
        call, request_id, requested = inference
        if request_id or any(each.top_k for each in requested):
            return call, lambda pending: inference.respond(pending).SerializeToString()
        outputs = tuple(each.name for each in requested)
        made = self._make_template(payload, request, call, outputs)
        if made is None:
            return call, partial(_respond, outputs)
        return call, partial(self._respond_and_keep, len(payload), made)

    def match(self, payload: bytes) -> RequestTemplate | None:
        """The template that fits a request, if there is one."""
        for template in self._templates.get(len(payload), ()):
            if payload.startswith(template.prefix):
                return template
        return None

    def _respond_and_keep(self, length: int, template: RequestTemplate, pending: PendingCall) -> bytes:
        """The serialised response to a call, after which its template is kept. Raises the error that ended the call.

        Only requests that succeeded become templates, so a request that matches one need not be validated again.
        """
        response = _respond(template.outputs, pending)
        of_this_length = self._templates.get(length, [])
        if template not in of_this_length and self._has_room(length):
            self._templates[length] = [*of_this_length, template]
        return response

    def _has_room(self, length: int) -> bool:
        return len(self._templates.get(length, ())) < MAX_PER_LENGTH and len(self._templates) < MAX_LENGTHS

    def _make_template(
        self, payload: bytes, request: pb.ModelInferRequest, call: Call, outputs: tuple[str, ...]
    ) -> RequestTemplate | None:
        """The template of a request, if the message ends with its pixels and there is room for it."""
        if (
            len(request.raw_input_contents) != 1
            or not isinstance(call.images, ImageBlock)
            or not self._has_room(len(payload))
        ):
            return None
        shape, pixels = call.images.shape, call.images.data
        prefix = payload[: len(payload) - len(pixels)]
        header = RAW_INPUT + _varint(len(pixels))
        if len(prefix) > MAX_PREFIX_LENGTH or not prefix.endswith(header) or payload[len(prefix) :] != pixels:
            return None
        # The bytes before must be a message by themselves: then the pixels are its next field, whatever their values.
        request.ClearField("raw_input_contents")
        try:
            if pb.ModelInferRequest.FromString(prefix[: -len(header)]) != request:
                return None
        except DecodeError:
            return None
        priority = call.priority or DEFAULT_PRIORITY  # coalesced calls are sorted by it
        return RequestTemplate(
            prefix, shape, call.model, call.version, call.alias, priority, call.timeout_seconds, outputs
        )


def responses(names: tuple[str, ...], model: Model, outputs: Outputs, calls: int) -> list[bytes]:
    """The serialised response to each of `calls` calls with equally many images, from the outputs for all of them."""
    images, labels = outputs.probabilities.shape
    head, tag = _frame(model.name, model.version, names, (images // calls, labels))
    numbers = [getattr(outputs, name).tobytes() for name in names]
    size = 4 * images // calls * labels
    return [
        head + b"".join([tag + each[start : start + size] for each in numbers])
        for start in range(0, calls * size, size)
    ]


def _respond(names: tuple[str, ...], pending: PendingCall) -> bytes:
    """The serialised response to one call. Raises the error that ended it."""
    return responses(names, pending.model, pending.outputs(), 1)[0]


@lru_cache(maxsize=1024)
def _frame(name: str, version: int, outputs: tuple[str, ...], shape: tuple[int, int]) -> tuple[bytes, bytes]:
    """The bytes of a response before its numbers, and the tag and length before the numbers of each output."""
    response = pb.ModelInferResponse(model_name=name, model_version=str(version))
    for output in outputs:
        response.outputs.add(name=output, datatype="FP32", shape=shape)
    return response.SerializeToString(), RAW_OUTPUT + _varint(4 * shape[0] * shape[1])


def _varint(number: int) -> bytes:
    """A varint: seven bits a byte, the lowest first, the highest bit set in all but the last byte."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
