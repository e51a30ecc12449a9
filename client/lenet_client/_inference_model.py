"""A model as a server of the Open Inference Protocol describes it, and the tensors that go to it and come from it."""

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lenet_client import _inference_messages as pb
from lenet_client._errors import InvalidRequest, ServerFault
from lenet_client._images import Pixels
from lenet_client._results import Model

PROBABILITIES = "probabilities"
ELEMENT_OF = {"FP32": "f", "FP64": "d"}  # array's names


@dataclass(frozen=True)
class InferenceModel:
    """A model that takes pictures: uint8 images of `shape`, (C, H, W), in the input of that name.

    `output` is the name of the one whose numbers are the scores, with so many `classes`; "" and 0 where the server does
    not tell. `labels` are empty where nobody knows them; `labels_version` is whose they are, where a server told them.
    """

    name: str
    version: str
    told_version: str
    platform: str
    input: str
    shape: tuple[int, int, int]
    output: str
    classes: int
    labels: tuple[str, ...] = ()
    labels_version: str = ""

    def labelled(self, labels: tuple[str, ...], version: str = "") -> "InferenceModel":
        """The same with labels, which a server told of that version."""
        return replace(self, labels=labels, labels_version=version)

    def value(self) -> Model:
        """The model as callers know it. Its version is 0 where the server has none, or none that is a number."""
        version = self.version or self.told_version
        return Model(
            name=self.name,
            version=int(version) if version.isdecimal() else 0,
            labels=self.labels or tuple(map(str, range(self.classes))),
            input_shape=self.shape,
            metadata={"platform": self.platform, "input": self.input},
        )

    def request(self, images: Sequence[Pixels]) -> pb.ModelInferRequest:
        """The request for the scores of these images."""
        request = pb.ModelInferRequest(model_name=self.name, model_version=self.version)
        request.inputs.add(name=self.input, datatype="UINT8", shape=(len(images), *self.shape))
        request.raw_input_contents.append(b"".join(image.data for image in images))
        if self.output:
            request.outputs.add(name=self.output)
        return request

    def label_request(self) -> pb.ModelInferRequest:
        """The request for all labels, in the classification extension's form."""
        channels, height, width = self.shape
        request = self.request([Pixels(self.shape, bytes(channels * height * width))])
        request.outputs[0].parameters["classification"].int64_param = self.classes
        return request

    def labels_of(self, response: pb.ModelInferResponse) -> tuple[str, ...]:
        """The labels in the answer to label_request(), in the order of the scores; none where it has none."""
        labels: dict[int, str] = {}
        for element in _elements(response):
            _, index, *label = element.decode().split(":", 2)
            if label:
                labels[int(index)] = label[0]
        return tuple(labels[index] for index in range(self.classes)) if len(labels) == self.classes else ()


def inference_model(metadata: pb.ModelMetadataResponse, name: str, version: str) -> InferenceModel:
    """What this client needs of a model's metadata. Raises InvalidRequest for a model that it cannot use."""
    if len(metadata.inputs) != 1:
        raise InvalidRequest(
            f"model {name!r} has {len(metadata.inputs)} inputs that the server tells of: 1 is expected"
        )
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
        told_version=max(metadata.versions, key=lambda each: (len(each), each), default=""),
        platform=metadata.platform,
        input=tensor.name,
        shape=(shape[0], shape[1], shape[2]),
        output=output.name if output else "",
        classes=max(0, output.shape[-1]) if output and output.shape else 0,
    )


def scores(response: pb.ModelInferResponse, images: int) -> list[Sequence[float]]:
    """A row of scores for each image. Raises ServerFault where the answer has another form."""
    names = [output.name for output in response.outputs]
    if not names:
        raise ServerFault("the answer has no outputs")
    at = names.index(PROBABILITIES) if PROBABILITIES in names else 0
    output = response.outputs[at]
    if output.datatype not in ELEMENT_OF or len(output.shape) != 2 or output.shape[0] != images:
        raise ServerFault(
            f"{images} images were sent; the output {output.name!r} is {output.datatype} {list(output.shape)}: a row "
            "of numbers for each is expected"
        )
    values: Sequence[float]
    if response.raw_output_contents:
        values = array(ELEMENT_OF[output.datatype], response.raw_output_contents[at])
        if sys.byteorder == "big":
            values.byteswap()
    else:
        values = output.contents.fp32_contents or output.contents.fp64_contents
    width = output.shape[1]
    if len(values) != images * width:
        raise ServerFault(f"the output {output.name!r} has {len(values)} numbers, not {images} times {width}")
    return [values[start : start + width] for start in range(0, len(values), width)]


def _elements(response: pb.ModelInferResponse) -> Sequence[bytes]:
    """The elements of an only output of BYTES."""
    if not response.raw_output_contents:
        return list(response.outputs[0].contents.bytes_contents)
    raw, at, elements = response.raw_output_contents[0], 0, []
    while at < len(raw):
        end = at + 4 + int.from_bytes(raw[at : at + 4], "little")
        elements.append(raw[at + 4 : end])
        at = end
    return elements
