"""Messages with more fields than a request can need are refused before they are parsed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet.inference import grpc_service_pb2 as inference
from lenet.v1 import classifier_pb2 as pb
from lenet_server.errors import InvalidRequest
from lenet_server.rpc.parsing import has_more_fields, parse

images = st.builds(pb.Image, encoded=st.binary(max_size=300)) | st.just(pb.Image())
requests = st.builds(
    pb.ClassifyRequest,
    id=st.text(max_size=300),
    version=st.integers(-(2**63), 2**63 - 1),
    images=st.lists(images, max_size=20),
)


@given(request=requests)
def test_fields_are_counted_as_protobuf_counts_them(request: pb.ClassifyRequest) -> None:
    count = len(request.images) + bool(request.id) + bool(request.version)
    payload = request.SerializeToString()
    assert not has_more_fields(payload, count)
    assert not count or has_more_fields(payload, count - 1)


@given(payload=st.binary(max_size=300))
def test_fields_are_counted_in_bytes_of_any_content(payload: bytes) -> None:
    assert not has_more_fields(payload, len(payload))


def test_an_unterminated_varint_ends_the_count() -> None:
    assert not has_more_fields(b"\xff" * 10_000_000, 1)


def test_a_message_of_nothing_but_empty_fields_is_not_parsed() -> None:
    """Parsed, each of these would take gigabytes."""
    for kind, field in (
        (pb.ClassifyRequest, "images"),
        (inference.ModelInferRequest, "inputs"),
        (inference.ModelInferRequest, "outputs"),
        (inference.ModelInferRequest, "raw_input_contents"),
    ):
        tag = kind.DESCRIPTOR.fields_by_name[field].number << 3 | 2
        with pytest.raises(InvalidRequest, match="more fields than a request for 4096 images"):
            parse(kind, bytes([tag, 0]) * 2**24, 4096)


def test_as_many_images_as_the_server_takes_are_parsed() -> None:
    payload = pb.ClassifyRequest(id="all", images=[pb.Image(encoded=bytes(50))] * 4096).SerializeToString()
    assert len(parse(pb.ClassifyRequest, payload, 4096).images) == 4096


def test_the_error_names_the_message_that_does_not_parse() -> None:
    with pytest.raises(InvalidRequest, match=r"the message is no lenet\.v1\.ClassifyRequest"):
        parse(pb.ClassifyRequest, b"\xff" * 100, 4096)
