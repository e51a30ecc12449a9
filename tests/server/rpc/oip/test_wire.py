"""Requests that match a template are read without parsing, and must mean the same as if they were parsed."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lenet.inference import grpc_service_pb2 as pb
from lenet_server.batching.job import DEFAULT_PRIORITY, Outputs
from lenet_server.errors import InvalidRequest, QueueFull, ServingError
from lenet_server.inference.call import Call, PendingCall
from lenet_server.inference.images import ImageBlock
from lenet_server.inference.model import Model
from lenet_server.rpc.oip.wire import MAX_LENGTHS, InferenceReader
from tests.support.server.repositories import BUNDLED
from tests.support.server.someone import Someone

MAX_IMAGES = 4096


def request(name: str, images: int, raw: list[bytes], version: str = "") -> pb.ModelInferRequest:
    """A request for `images` images of two bytes."""
    made = pb.ModelInferRequest(model_name=name, model_version=version, raw_input_contents=raw)
    made.inputs.add(name="image", datatype="UINT8", shape=(images, 1, 1, 2))
    return made


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(BUNDLED, name="lenet", version=1, threads=1)


def answered(reader: InferenceReader, payload: bytes, model: Model) -> Call:
    """The call that the reader makes of a message, after its response."""
    call, respond = reader.read(payload, Someone())
    if isinstance(call.images, ImageBlock) and call.images.shape[0]:
        numbers: NDArray[np.float32] = np.zeros((call.images.shape[0], 2), np.float32)
        responded(respond, model, Outputs(numbers, numbers))
    return call


def responded(respond: Callable[[PendingCall], bytes], model: Model, outcome: Outputs | Exception) -> bytes:
    pending = PendingCall(Someone(), model, 1, {}, lambda _: None)
    pending.complete(outcome)
    return respond(pending)


def meaning(reader: InferenceReader, payload: bytes, model: Model) -> object:
    """The fields of the call that the reader makes of a message, or the error."""
    try:
        call = answered(reader, payload, model)
    except ServingError as error:
        return str(error)
    images = call.images
    pixels = (images.shape, bytes(images.data)) if isinstance(images, ImageBlock) else images
    priority = call.priority or DEFAULT_PRIORITY
    return pixels, call.model, call.version, priority, call.timeout_seconds, call.all_or_nothing


requests = st.builds(
    lambda name, images, data, spare, version, timeout: (name, images, data, spare, version, timeout),
    st.sampled_from(["", "lenet", "lenet:\x07\x02ab"]),
    st.integers(0, 3),
    st.binary(min_size=6, max_size=6),
    st.sampled_from([b"", b":\x02", b"\x3a\x02ab", b"\x08\x01", b"\xff"]),
    st.sampled_from(["", "1", "x"]),
    st.sampled_from([0, 5]),
)


@hypothesis_settings(max_examples=400, deadline=None)
@given(batch=st.lists(requests, min_size=2, max_size=8))
def test_a_reader_with_templates_gives_the_same_as_one_without(
    model: Model, batch: list[tuple[str, int, bytes, bytes, str, int]]
) -> None:
    """Also if the bytes before or after the pixels are themselves a piece of a message."""
    with_templates = InferenceReader(MAX_IMAGES)
    for name, images, data, spare, version, timeout in batch:
        made = request(name, images, [data[: 2 * images]], version)
        if timeout:
            made.parameters["timeout"].int64_param = timeout
        for payload in (made.SerializeToString() + spare, spare + made.SerializeToString()):
            assert meaning(with_templates, payload, model) == meaning(InferenceReader(MAX_IMAGES), payload, model)


def test_pixels_that_look_like_fields_are_pixels(model: Model) -> None:
    reader = InferenceReader(MAX_IMAGES)
    for pixels in (b"\x0a\x01", b"\x3a\x00", b"\xff\xff"):
        call = answered(reader, request("lenet", 1, [pixels]).SerializeToString(), model)
        assert isinstance(call.images, ImageBlock)
        assert bytes(call.images.data) == pixels


def test_a_message_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"no inference\.ModelInferRequest"):
        InferenceReader(MAX_IMAGES).read(b"\xff\xff\xff", Someone())


def test_only_a_request_that_succeeded_becomes_a_template(model: Model) -> None:
    """A request that matches one is not validated again: one without an image once ended the transport's thread."""
    reader = InferenceReader(MAX_IMAGES)
    payload = request("lenet", 1, [b"ab"]).SerializeToString()
    _, respond = reader.read(payload, Someone())
    assert reader.match(payload) is None
    with pytest.raises(QueueFull):
        responded(respond, model, QueueFull("full"))
    assert reader.match(payload) is None
    answered(reader, payload, model)
    template = reader.match(request("lenet", 1, [b"yz"]).SerializeToString())
    assert template is not None
    assert (template.model, template.shape, template.priority) == ("lenet", (1, 1, 1, 2), DEFAULT_PRIORITY)


def test_the_number_of_templates_is_bounded_and_other_requests_are_parsed(model: Model) -> None:
    reader = InferenceReader(MAX_IMAGES)
    payloads = [
        request("lenet", images, [bytes(np.zeros(2 * images, np.uint8))]).SerializeToString()
        for images in range(1, MAX_LENGTHS + 20)
    ]
    for images, payload in enumerate(payloads, 1):
        for _ in range(2):
            call = answered(reader, payload, model)
            assert isinstance(call.images, ImageBlock)
            assert call.images.shape[0] == images
    assert sum(reader.match(payload) is not None for payload in payloads) == MAX_LENGTHS
    long_name = "x" * 10_000
    for _ in range(2):
        assert answered(reader, request(long_name, 1, [b"ab"]).SerializeToString(), model).model == long_name
