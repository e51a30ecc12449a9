"""ModelInfer requests and responses as bytes, without making messages of those that look like an earlier one.

A client that classifies sends the same message again and again but for the pixels at its end. Which bytes come before
them is remembered together with what they mean, so the next such message is a comparison of some sixty bytes. The
responses are the same but for the numbers at their end, which are put behind bytes that are kept likewise.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

from google.protobuf.message import DecodeError

from lenet.inference import grpc_service_pb2 as pb
from lenet_server.batching.call_context import Caller
from lenet_server.batching.job import DEFAULT_PRIORITY, Outputs
from lenet_server.inference.classifier import Call, PendingCall
from lenet_server.inference.images import Block
from lenet_server.inference.model import Model
from lenet_server.rpc.oip.messages import to_inference
from lenet_server.rpc.parsing import parse

# The tags of the fields that come last: length-delimited, field 7 of a request and field 6 of a response.
RAW_INPUT, RAW_OUTPUT = b"\x3a", b"\x32"
# Callers choose what is remembered, so there is a bound on all of it.
MAX_LENGTHS, MAX_PER_LENGTH, MAX_PREFIX_LENGTH = 256, 4, 512


class Known(NamedTuple):
    """What stands before the pixels of a message, and what it means."""

    prefix: bytes
    shape: tuple[int, ...]  # [n, C, H, W]
    model: str
    version: int
    label: str
    priority: int
    timeout_seconds: float
    names: tuple[str, ...]  # of the outputs that are wanted, as numbers


class InferenceBytes:
    """Reads requests, remembering some. Threads may share it: what they lose to each other is read in full again."""

    def __init__(self, most_images: int) -> None:
        """A message for more images than that is not even parsed."""
        self._most_images = most_images
        self._known: dict[int, list[Known]] = {}  # by the length of the message

    def read(self, payload: bytes, caller: Caller) -> tuple[Call, Callable[[PendingCall], bytes]]:
        """The call of a serialised request, and what makes the serialised response.

        Raises InvalidRequest or ModelNotFound.
        """
        known = self.recall(payload)
        if known:
            images = Block(known.shape, memoryview(payload)[len(known.prefix) :])
            call = Call(images, caller, known.model, known.version, 0, known.priority, known.timeout_seconds, True)
            call.label = known.label
            return call, partial(_respond, known.names)
        request = parse(pb.ModelInferRequest, payload, self._most_images)
        inference = to_inference(request, caller)
        call, request_id, requested = inference
        if request_id or any(each.top_k for each in requested):
            return call, lambda pending: inference.respond(pending).SerializeToString()
        names = tuple(each.name for each in requested)
        described = self._describe(payload, request, call, names)
        if described is None:
            return call, partial(_respond, names)
        return call, partial(self._respond_and_remember, len(payload), described)

    def recall(self, payload: bytes) -> Known | None:
        """What is remembered of messages that begin like this one, if anything is."""
        for known in self._known.get(len(payload), ()):
            if payload.startswith(known.prefix):
                return known
        return None

    def _respond_and_remember(self, length: int, described: Known, pending: PendingCall) -> bytes:
        """The serialised response to a call. Raises what ended it.

        Only a message that got an answer is remembered: whoever recalls it need not ask again whether it is right.
        """
        response = _respond(described.names, pending)
        of_this_length = self._known.get(length, [])
        if described not in of_this_length and self._has_room(length):
            self._known[length] = [*of_this_length, described]
        return response

    def _has_room(self, length: int) -> bool:
        return len(self._known.get(length, ())) < MAX_PER_LENGTH and len(self._known) < MAX_LENGTHS

    def _describe(
        self, payload: bytes, request: pb.ModelInferRequest, call: Call, names: tuple[str, ...]
    ) -> Known | None:
        """What stands before the pixels, where the message ends with them and there is room to remember it."""
        if (
            len(request.raw_input_contents) != 1
            or not isinstance(call.images, Block)
            or not self._has_room(len(payload))
        ):
            return None
        shape, pixels = call.images.shape, call.images.data
        prefix = payload[: len(payload) - len(pixels)]
        header = RAW_INPUT + _varint(len(pixels))
        if len(prefix) > MAX_PREFIX_LENGTH or not prefix.endswith(header) or payload[len(prefix) :] != pixels:
            return None
        # What comes before must be a message by itself: then the pixels are its next field, whatever they hold.
        request.ClearField("raw_input_contents")
        try:
            if pb.ModelInferRequest.FromString(prefix[: -len(header)]) != request:
                return None
        except DecodeError:
            return None
        priority = call.priority or DEFAULT_PRIORITY  # they are sorted by it
        return Known(prefix, shape, call.model, call.version, call.label, priority, call.timeout_seconds, names)


def responses(names: tuple[str, ...], model: Model, outputs: Outputs, calls: int) -> list[bytes]:
    """The serialised response to each of so many calls of as many images, of the outputs of all their images."""
    images, labels = outputs.probabilities.shape
    head, tag = _frame(model.name, model.version, names, (images // calls, labels))
    numbers = [getattr(outputs, name).tobytes() for name in names]
    size = 4 * images // calls * labels
    return [
        head + b"".join([tag + each[start : start + size] for each in numbers])
        for start in range(0, calls * size, size)
    ]


def _respond(names: tuple[str, ...], pending: PendingCall) -> bytes:
    """The serialised response to one call. Raises what ended it."""
    return responses(names, pending.model, pending.outputs(), 1)[0]


@lru_cache(maxsize=1024)
def _frame(name: str, version: int, outputs: tuple[str, ...], shape: tuple[int, int]) -> tuple[bytes, bytes]:
    """All of a response but its numbers, and what stands before the numbers of each output."""
    response = pb.ModelInferResponse(model_name=name, model_version=str(version))
    for output in outputs:
        response.outputs.add(name=output, datatype="FP32", shape=shape)
    return response.SerializeToString(), RAW_OUTPUT + _varint(4 * shape[0] * shape[1])


def _varint(number: int) -> bytes:
    """How protobuf writes a length: seven bits a byte, the lowest first, all but the last with the highest bit set."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
