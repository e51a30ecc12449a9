"""The unary methods that classify, which every transport serves from bytes to bytes.

Streams, and methods that need no model, are served by grpcio from the generated code.
"""

from functools import partial

from lenet_server.observability.method_names import CLASSIFIER, INFERENCE
from lenet_server.rpc.lenet import messages
from lenet_server.rpc.methods import Method
from lenet_server.rpc.oip.wire import InferenceReader


def classifying_methods(max_images: int) -> tuple[Method, ...]:
    """The methods, for at most `max_images` images a request. Each may keep templates of the requests it has read."""
    inference = InferenceReader(max_images)
    return (
        Method(CLASSIFIER, "Classify", partial(messages.read_bytes, max_images)),
        Method(INFERENCE, "ModelInfer", inference.read, inference.match),
    )
