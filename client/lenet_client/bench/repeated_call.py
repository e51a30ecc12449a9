"""The call that a load repeats, as bytes on the wire."""

import random
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from lenet.v1 import classifier_pb2 as pb
from lenet_client._results import Model

ID_BYTES = 10  # an id of a streamed request, in decimal digits
CLASSIFY, CLASSIFY_STREAM = "/lenet.v1.Classifier/Classify", "/lenet.v1.Classifier/ClassifyStream"
MODEL_INFER = "/inference.GRPCInferenceService/ModelInfer"


@dataclass(frozen=True)
class RepeatedCall:
    """A method's path and the message that is sent to it, without gRPC's framing. Streamed ones each get an id."""

    path: str
    message: bytes
    streamed: bool = False

    def framed(self) -> bytes:
        """The message as gRPC sends it: not compressed (0), four bytes of length, the message."""
        return b"\0" + len(self.message).to_bytes(4, "big") + self.message


def classify_call(model: Model, images: int, pictures: list[Path], *, streamed: bool) -> RepeatedCall:
    """A request of lenet.v1 with so many images: the pictures in turn, or random pixels where there are none."""
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
    """A request of the Open Inference Protocol: random pixels, raw, in the input of that name."""
    from lenet_client import _inference_messages as messages

    request = messages.ModelInferRequest(model_name=model.name)
    request.inputs.add(name=tensor, datatype="UINT8", shape=(images, *model.input_shape))
    request.raw_input_contents.append(b"".join(_pixels(model, seed) for seed in range(images)))
    return RepeatedCall(MODEL_INFER, request.SerializeToString())


def _pixels(model: Model, seed: int) -> bytes:
    channels, height, width = model.input_shape
    return random.Random(seed).randbytes(channels * height * width)  # noqa: S311  # pictures, not secrets
