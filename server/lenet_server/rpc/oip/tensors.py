"""Reads the images of a ModelInfer request: raw or typed contents, one array or encoded images.

A request's shape is compared with its contents before anything is allocated for it.
"""

from collections.abc import Sequence

from lenet.inference import grpc_service_pb2 as pb
from lenet_server.errors import InvalidRequest
from lenet_server.inference.images import ImageBlock, Images

INPUT = "image"
DIMENSIONS = {"UINT8": ("n", "C", "H", "W"), "BYTES": ("n",)}
TYPED_FIELD = {"UINT8": "uint_contents", "BYTES": "bytes_contents"}
SHARED_MEMORY = "shared_memory_region"
# The largest value of `--max-images-per-request`: requests that claim more are refused before they are split.
MAX_ELEMENTS = 2**20


def images(request: pb.ModelInferRequest) -> Images:
    """The images of a request. Raises InvalidRequest if they are not in the protocol's form."""
    tensor = _only_input(request.inputs)
    datatype, sizes = tensor.datatype, tensor.shape
    if datatype not in DIMENSIONS:
        raise InvalidRequest(f"input `image` has datatype {datatype!r}: send UINT8, or BYTES of picture files")
    dimensions = DIMENSIONS[datatype]
    if len(sizes) != len(dimensions):
        takes = ", ".join(dimensions)
        raise InvalidRequest(f"input `image` has {len(sizes)} dimensions: as {datatype} it takes [{takes}]")
    shape = tuple(sizes)
    if min(shape) < 0:
        raise InvalidRequest(f"the shape of input `image` is {list(shape)}: give the sizes of its dimensions")
    if datatype == "BYTES" and shape[0] > MAX_ELEMENTS:
        raise InvalidRequest(f"the request has {shape[0]} images: no server takes more than {MAX_ELEMENTS}")
    raw = request.raw_input_contents
    if tensor.HasField("contents"):
        if raw:
            raise InvalidRequest("input `image` has contents beside raw_input_contents: send one of them")
        data = _typed(tensor)
    elif len(raw) == 1:
        data = raw[0] if datatype == "UINT8" else _elements(raw[0], shape[0])
    elif SHARED_MEMORY in tensor.parameters:
        raise InvalidRequest("input `image` is in shared memory: this server takes it in the message")
    else:
        raise InvalidRequest(f"raw_input_contents has {len(raw)} entries for the one input `image`")
    if isinstance(data, bytes):
        return ImageBlock(shape, data)
    _check_count(shape[0], len(data))
    return data


def _check_count(claimed: int, found: int) -> None:
    if claimed != found:
        raise InvalidRequest(f"the shape of input `image` is [{claimed}], its contents are {found} elements")


def _only_input(
    inputs: Sequence[pb.ModelInferRequest.InferInputTensor],
) -> pb.ModelInferRequest.InferInputTensor:
    if len(inputs) != 1:
        raise InvalidRequest(f"the request has {len(inputs)} inputs: the model takes one, `image`")
    tensor = inputs[0]
    if tensor.name != INPUT:
        raise InvalidRequest(f"no input {tensor.name!r}: the model takes one, `image`")
    return tensor


def _typed(tensor: pb.ModelInferRequest.InferInputTensor) -> bytes | list[bytes]:
    field = TYPED_FIELD[tensor.datatype]
    for other, _ in tensor.contents.ListFields():
        if other.name != field:
            raise InvalidRequest(f"input `image` has {other.name}: {tensor.datatype} goes into {field}")
    if tensor.datatype == "BYTES":
        _check_count(tensor.shape[0], len(tensor.contents.bytes_contents))
        return list(tensor.contents.bytes_contents)
    try:
        return bytes(tensor.contents.uint_contents)
    except ValueError as error:
        raise InvalidRequest("input `image` has uint_contents above 255: UINT8 is 0 to 255") from error


def _elements(raw: bytes, limit: int) -> list[bytes]:
    """The elements of raw BYTES, at most `limit`: each is its length, 4 bytes little-endian, then its bytes."""
    elements: list[bytes] = []
    position = 0
    while position < len(raw):
        if len(elements) == limit:
            raise InvalidRequest(f"the shape of input `image` is [{limit}], its contents are more elements")
        start = position + 4
        position = start + int.from_bytes(raw[position:start], "little")
        if position > len(raw):
            raise InvalidRequest(
                f"element {len(elements)} of input `image` is longer than the rest of raw_input_contents"
            )
        elements.append(raw[start:position])
    return elements
