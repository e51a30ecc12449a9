"""The call that a load repeats, serialized once."""

import random
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from lenet.v1 import classifier_pb2 as pb
from lenet_client._results import Model

ID_BYTES = 10  # the id of a streamed request, as decimal digits
CLASSIFY, CLASSIFY_STREAM = "/lenet.v1.Classifier/Classify", "/lenet.v1.Classifier/ClassifyStream"
MODEL_INFER = "/inference.GRPCInferenceService/ModelInfer"


@dataclass(frozen=True)
class RepeatedCall:
    """A method's path and its serialized request. With `streamed`, each request on the stream is given its own id."""

    path: str
    message: bytes
    streamed: bool = False

    def framed(self) -> bytes:
        """The message with gRPC's prefix: uncompressed (0), and the length in four bytes."""
        return b"\0" + len(self.message).to_bytes(4, "big") + self.message


def classify_call(model: Model, images: int, pictures: list[Path], *, streamed: bool) -> RepeatedCall:
    """A lenet.v1 request with `images` images: the picture files in turn, or random pixels without any."""
    request = pb.ClassifyRequest(model=model.name, version=model.version)
    if pictures:
        contents = [picture.read_bytes() for picture in pictures]
        request.images.extend(pb.Image(encoded=content) for content in islice(cycle(contents), images))
    else:
        pixels = (_pixels(model, seed) for seed in range(images))
        request.images.extend(pb.Image(pixels=pb.Pixels(shape=model.input_shape, data=each)) for each in pixels)
    message = request.SerializeToString()
    if not streamed:
        return RepeatedCall(CLASSIFY, message)
    return RepeatedCall(CLASSIFY_STREAM, b"\x0a" + bytes([ID_BYTES]) + b"0" * ID_BYTES + message, streamed=True)


def infer_call(model: Model, tensor: str, images: int) -> RepeatedCall:
    """A request of the Open Inference Protocol: random pixels as the raw contents of the input `tensor`."""
    from lenet_client import _inference_messages as messages

    request = messages.ModelInferRequest(model_name=model.name)
    request.inputs.add(name=tensor, datatype="UINT8", shape=(images, *model.input_shape))
    request.raw_input_contents.append(b"".join(_pixels(model, seed) for seed in range(images)))
    return RepeatedCall(MODEL_INFER, request.SerializeToString())


def _pixels(model: Model, seed: int) -> bytes:
    channels, height, width = model.input_shape
    return random.Random(seed).randbytes(channels * height * width)  # noqa: S311  # pictures, not secrets
