"""A model as a server of the Open Inference Protocol describes it; its requests, and the scores in its responses."""

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lenet_client import _inference_messages as pb
from lenet_client._errors import InvalidRequest, ServerFault
from lenet_client._images import PixelArray
from lenet_client._results import Model

PROBABILITIES = "probabilities"
TYPE_CODES = {"FP32": "f", "FP64": "d"}  # datatype → type code of array.array


@dataclass(frozen=True)
class InferenceModel:
    """A model whose `input` takes uint8 images of `shape`, (C, H, W).

    `output` is the name of the output with the scores and `classes` their number; "" and 0 when the server does not
    report them. `labels` are empty when unknown; `labels_version` is the version that the server reported them for.
    """

    name: str
    version: str
    reported_version: str
    platform: str
    input: str
    shape: tuple[int, int, int]
    output: str
    classes: int
    labels: tuple[str, ...] = ()
    labels_version: str = ""

    def with_labels(self, labels: tuple[str, ...], version: str = "") -> "InferenceModel":
        """A copy with these labels, reported by the server for `version`."""
        return replace(self, labels=labels, labels_version=version)

    def value(self) -> Model:
        """The model as callers receive it. Its version is 0 when the server has no numeric version."""
        version = self.version or self.reported_version
        return Model(
            name=self.name,
            version=int(version) if version.isdecimal() else 0,
            labels=self.labels or tuple(map(str, range(self.classes))),
            input_shape=self.shape,
            metadata={"platform": self.platform, "input": self.input},
        )

    def request(self, images: Sequence[PixelArray]) -> pb.ModelInferRequest:
        """The request for these images' scores."""
        request = pb.ModelInferRequest(model_name=self.name, model_version=self.version)
        request.inputs.add(name=self.input, datatype="UINT8", shape=(len(images), *self.shape))
        request.raw_input_contents.append(b"".join(image.data for image in images))
        if self.output:
            request.outputs.add(name=self.output)
        return request

    def label_request(self) -> pb.ModelInferRequest:
        """The request for all labels by the classification extension: every class of an all-zero image."""
        channels, height, width = self.shape
        request = self.request([PixelArray(self.shape, bytes(channels * height * width))])
        request.outputs[0].parameters["classification"].int64_param = self.classes
        return request

    def labels_of(self, response: pb.ModelInferResponse) -> tuple[str, ...]:
        """The labels in the response to label_request(), in the order of the scores; empty when it is incomplete."""
        labels: dict[int, str] = {}
        for element in _elements(response):
            _, index, *label = element.decode().split(":", 2)
            if label:
                labels[int(index)] = label[0]
        return tuple(labels[index] for index in range(self.classes)) if len(labels) == self.classes else ()


def inference_model(metadata: pb.ModelMetadataResponse, name: str, version: str) -> InferenceModel:
    """Read a model's metadata. Raises InvalidRequest for a model that does not take one uint8 image tensor."""
    if len(metadata.inputs) != 1:
        raise InvalidRequest(f"model {name!r} has {len(metadata.inputs)} inputs: 1 is expected")
    (tensor,) = metadata.inputs
    shape = tuple(tensor.shape)[-3:]
    if tensor.datatype != "UINT8" or len(tensor.shape) != 4 or min(shape) < 1:
        raise InvalidRequest(
            f"model {name!r} takes {tensor.datatype} {list(tensor.shape)}: UINT8 [-1, C, H, W] is expected, with the "
            "scaling of pixels inside the model"
        )
    chosen = {each.name: each for each in reversed(metadata.outputs)}
    output = chosen.get(PROBABILITIES, metadata.outputs[0] if metadata.outputs else None)
    return InferenceModel(
        name=name,
        version=version,
        reported_version=max(metadata.versions, key=lambda each: (len(each), each), default=""),
        platform=metadata.platform,
        input=tensor.name,
        shape=(shape[0], shape[1], shape[2]),
        output=output.name if output else "",
        classes=max(0, output.shape[-1]) if output and output.shape else 0,
    )


def scores(response: pb.ModelInferResponse, images: int) -> list[Sequence[float]]:
    """A row of scores for each image. Raises ServerFault for a response of another form."""
    names = [output.name for output in response.outputs]
    if not names:
        raise ServerFault("the response has no outputs")
    at = names.index(PROBABILITIES) if PROBABILITIES in names else 0
    output = response.outputs[at]
    if output.datatype not in TYPE_CODES or len(output.shape) != 2 or output.shape[0] != images:
        raise ServerFault(
            f"the output {output.name!r} for {images} images is {output.datatype} {list(output.shape)}: FP32 or FP64 "
            f"[{images}, classes] is expected"
        )
    values: Sequence[float]
    if response.raw_output_contents:
        values = array(TYPE_CODES[output.datatype], response.raw_output_contents[at])
        if sys.byteorder == "big":
            values.byteswap()
    else:
        values = output.contents.fp32_contents or output.contents.fp64_contents
    width = output.shape[1]
    if len(values) != images * width:
        raise ServerFault(f"the output {output.name!r} has {len(values)} numbers, not {images} times {width}")
    return [values[start : start + width] for start in range(0, len(values), width)]


def _elements(response: pb.ModelInferResponse) -> Sequence[bytes]:
    """The elements of a response's only output, a BYTES tensor."""
    if not response.raw_output_contents:
        return list(response.outputs[0].contents.bytes_contents)
    raw, at, elements = response.raw_output_contents[0], 0, []
    while at < len(raw):
        end = at + 4 + int.from_bytes(raw[at : at + 4], "little")
        elements.append(raw[at + 4 : end])
        at = end
    return elements
