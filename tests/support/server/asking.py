"""Builds requests of every kind for chosen digits, and checks the responses against the model's own outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from lenet.inference import grpc_service_pb2 as inference
from lenet.v1 import classifier_pb2 as pb
from lenet_server.batching.job import Outputs

LABELS = 10
Request = inference.ModelInferRequest | pb.ClassifyRequest
Response = inference.ModelInferResponse | pb.ClassifyResponse
# How a request carries its images. The first three are ModelInfer requests, the others Classify requests.
RAW, TYPED, FILES, PIXELS, PICTURES = "raw", "typed", "files", "pixels", "pictures"
OF_INFERENCE = (RAW, TYPED, FILES)
WAYS = (*OF_INFERENCE, PIXELS, PICTURES)


@dataclass(frozen=True)
class Question:
    """A request to build. `digits` are indices into the array of all digits; version 0 is the default version."""

    request_id: str
    way: str
    model: str
    version: int
    digits: tuple[int, ...]
    priority: int = 0


class Asker:
    """Builds requests and checks responses."""

    def __init__(self, digits: NDArray[np.uint8], expected: Mapping[tuple[str, int], Outputs]) -> None:
        """Take all digits, [n, C, H, W], and each model's outputs for them, by name and version."""
        self._digits = digits
        self._files = [cv2.imencode(".png", each[0])[1].tobytes() for each in digits]
        self._expected = expected

    def request(self, question: Question) -> Request:
        """Return the request message."""
        images = self._digits[list(question.digits)]
        files = [self._files[index] for index in question.digits]
        if question.way == PIXELS:
            pixels = [pb.Pixels(shape=each.shape, data=each.tobytes()) for each in images]
            return self._classify(question, [pb.Image(pixels=each) for each in pixels])
        if question.way == PICTURES:
            return self._classify(question, [pb.Image(encoded=each) for each in files])
        made = inference.ModelInferRequest(
            model_name=question.model, model_version=str(question.version or ""), id=question.request_id
        )
        made.parameters["priority"].int64_param = question.priority
        tensor = made.inputs.add(name="image", datatype="UINT8", shape=images.shape)
        if question.way == RAW:
            made.raw_input_contents.append(images.tobytes())
        elif question.way == TYPED:
            tensor.contents.uint_contents.extend(images.flatten().tolist())
        else:
            tensor.datatype, tensor.shape[:] = "BYTES", [len(files)]
            tensor.contents.bytes_contents.extend(files)
        return made

    def _classify(self, question: Question, images: Sequence[pb.Image]) -> pb.ClassifyRequest:
        return pb.ClassifyRequest(
            id=question.request_id,
            model=question.model,
            version=question.version,
            priority=question.priority,
            top_k=LABELS,
            images=images,
        )

    def check(self, question: Question, response: Response) -> None:
        """Assert that the response has the request's id and the outputs of the version it names."""
        assert response.id == question.request_id
        if isinstance(response, pb.ClassifyResponse):
            name, version = response.model, response.version
            found, logits = np.array([_scores(each) for each in response.results]), None
        else:
            name, version = response.model_name, int(response.model_version)
            assert [each.name for each in response.outputs] == ["probabilities", "logits"]
            found, logits = (np.frombuffer(each, "<f4").reshape(-1, LABELS) for each in response.raw_output_contents)
        assert (name, version) == (question.model, question.version or version)
        right, chosen = self._expected[name, version], list(question.digits)
        np.testing.assert_allclose(found, right.probabilities[chosen], atol=1e-5)
        if logits is not None:
            np.testing.assert_allclose(logits, right.logits[chosen], atol=1e-3)


def _scores(result: pb.Result) -> list[float]:
    """Return the scores of an image, ordered by label."""
    scores = {each.label: each.score for each in result.prediction.top}
    return [scores[str(label)] for label in range(LABELS)]


def outputs_of(model: bytes, digits: NDArray[np.uint8]) -> Outputs:
    """Run an ONNX model on the digits without a server."""
    return Outputs(*onnxruntime.InferenceSession(model).run(["probabilities", "logits"], {"image": digits}))
