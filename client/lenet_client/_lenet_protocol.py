"""The client's operations as calls of lenet.v1.Classifier, and of grpc.health.v1."""

from collections.abc import Iterable, Iterator

from grpc_health.v1 import health_pb2

from lenet.v1 import classifier_pb2 as pb
from lenet_client._batches import Batch, Question, Result
from lenet_client._errors import ImageError, NotSupported, ServerFault
from lenet_client._images import Content, ImageInput
from lenet_client._inspection import Inspection, ModelInput
from lenet_client._operation import Call, Method, Steps
from lenet_client._results import Model, Prediction

_CLASSIFY = Method("/lenet.v1.Classifier/Classify", pb.ClassifyRequest, pb.ClassifyResponse)
_LIST_MODELS = Method("/lenet.v1.Classifier/ListModels", pb.ListModelsRequest, pb.ListModelsResponse)
_GET_MODEL = Method("/lenet.v1.Classifier/GetModel", pb.GetModelRequest, pb.Model)
_CHECK = Method("/grpc.health.v1.Health/Check", health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse)


class LenetProtocol:
    """See ServerProtocol. The server decodes pictures, and has an answer or an error for each."""

    def classification(self, batch: Batch, question: Question) -> Steps[list[Result]]:
        """A result for each image of the batch; nothing is asked where none could be read."""
        contents = batch.contents()
        if not contents:
            return batch.results(())
        response: pb.ClassifyResponse = yield Call(_CLASSIFY, _request(contents, question))
        if len(response.results) != len(contents):
            raise ServerFault(f"{len(contents)} images were sent, {len(response.results)} results came back")
        return batch.results(map(_result, response.results))

    def models(self) -> Steps[list[Model]]:
        """All model versions."""
        response: pb.ListModelsResponse = yield Call(_LIST_MODELS, pb.ListModelsRequest())
        return [_model(each) for each in response.models]

    def model(self, name: str, version: int | str) -> Steps[Model]:
        """One model version."""
        number, label = _version_or_label(version)
        response: pb.Model = yield Call(_GET_MODEL, pb.GetModelRequest(model=name, version=number, label=label))
        return _model(response)

    def healthy(self, model: str) -> Steps[bool]:
        """Whether the server, or that model, takes calls."""
        response: health_pb2.HealthCheckResponse = yield Call(_CHECK, health_pb2.HealthCheckRequest(service=model))
        return bool(response.status == health_pb2.HealthCheckResponse.SERVING)


def inspection(image: ImageInput, question: Question) -> Steps[Inspection]:
    """The prediction for an image with what the model was given of it.

    Raises ImageError where it cannot be read, NotSupported where the server does not tell.
    """
    batch = Batch.of((image,))
    contents = batch.contents()
    response = pb.ClassifyResponse()
    if contents:
        request = _request(contents, question)
        request.return_input = True
        response = yield Call(_CLASSIFY, request)
    (result,) = batch.results(map(_result, response.results))
    if isinstance(result, ImageError):
        raise result
    given = response.results[0].input
    if not given.shape:
        raise NotSupported("the server does not tell what the model was given: it is older than this client")
    channels, height, width = given.shape
    return Inspection(result, ModelInput((channels, height, width), given.data), response.model, response.version)


def _request(contents: Iterable[Content], question: Question) -> pb.ClassifyRequest:
    version, label = _version_or_label(question.version)
    return pb.ClassifyRequest(
        model=question.model, version=version, label=label, top_k=question.top_k, images=_images(contents)
    )


def _images(contents: Iterable[Content]) -> Iterator[pb.Image]:
    for content in contents:
        if isinstance(content, bytes):
            yield pb.Image(encoded=content)
        else:
            yield pb.Image(pixels=pb.Pixels(shape=content.shape, data=content.data))


def _version_or_label(version: int | str) -> tuple[int, str]:
    """The number and the label that a request has for a version: one of them says which."""
    return (0, version) if isinstance(version, str) else (version, "")


def _result(result: pb.Result) -> Result:
    top = tuple([(each.label, each.score) for each in result.prediction.top])
    if not top:
        return ImageError(result.error.message)
    return Prediction(*top[0], top)


def _model(message: pb.Model) -> Model:
    channels, height, width = message.input_shape
    return Model(
        name=message.name,
        version=message.version,
        labels=tuple(message.labels),
        input_shape=(channels, height, width),
        metadata=dict(message.metadata),
        version_labels=tuple(message.version_labels),
    )
