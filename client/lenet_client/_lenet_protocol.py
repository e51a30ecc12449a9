"""The client's operations as calls of lenet.v1.Classifier, and of grpc.health.v1."""

from collections.abc import Iterable, Iterator

from grpc_health.v1 import health_pb2

from lenet.v1 import classifier_pb2 as pb
from lenet_client._batches import Batch
from lenet_client._errors import ImageError, NotSupported, ServerFault
from lenet_client._images import ImageContent, ImageInput
from lenet_client._operation import Call, ClassifyOptions, Method, Operation
from lenet_client._results import ImageResult, Inspection, Model, ModelInput, Prediction

_CLASSIFY = Method("/lenet.v1.Classifier/Classify", pb.ClassifyRequest, pb.ClassifyResponse)
_LIST_MODELS = Method("/lenet.v1.Classifier/ListModels", pb.ListModelsRequest, pb.ListModelsResponse)
_GET_MODEL = Method("/lenet.v1.Classifier/GetModel", pb.GetModelRequest, pb.Model)
_CHECK = Method("/grpc.health.v1.Health/Check", health_pb2.HealthCheckRequest, health_pb2.HealthCheckResponse)


class LenetProtocol:
    """ServerProtocol over lenet.v1. The server decodes images and returns a prediction or an error for each."""

    def classify(self, batch: Batch, options: ClassifyOptions) -> Operation[list[ImageResult]]:
        """Return a result for each image of the batch; makes no call when none could be read."""
        contents = batch.contents()
        if not contents:
            return batch.results(())
        response: pb.ClassifyResponse = yield Call(_CLASSIFY, _request(contents, options))
        return batch.results(_image_results(response, len(contents)))

    def models(self) -> Operation[list[Model]]:
        """Return all model versions."""
        response: pb.ListModelsResponse = yield Call(_LIST_MODELS, pb.ListModelsRequest())
        return [_model(each) for each in response.models]

    def model(self, name: str, version: int | str) -> Operation[Model]:
        """Return one model version."""
        number, alias = _number_and_alias(version)
        response: pb.Model = yield Call(_GET_MODEL, pb.GetModelRequest(model=name, version=number, label=alias))
        return _model(response)

    def healthy(self, model: str) -> Operation[bool]:
        """Return whether the server, or that model, is serving."""
        response: health_pb2.HealthCheckResponse = yield Call(_CHECK, health_pb2.HealthCheckRequest(service=model))
        return bool(response.status == health_pb2.HealthCheckResponse.SERVING)


def inspect_image(image: ImageInput, options: ClassifyOptions) -> Operation[Inspection]:
    """Return the prediction for an image, and the model's input.

    Raises ImageError for an image that cannot be read, NotSupported when the server does not return inputs.
    """
    batch = Batch.of((image,))
    contents = batch.contents()
    response = pb.ClassifyResponse()
    if contents:
        request = _request(contents, options)
        request.return_input = True
        response = yield Call(_CLASSIFY, request)
    (result,) = batch.results(_image_results(response, len(contents)))
    if isinstance(result, ImageError):
        raise result
    model_input = response.results[0].input
    if not model_input.shape:
        raise NotSupported("the server does not return model inputs: it is older than this client")
    channels, height, width = model_input.shape
    return Inspection(result, ModelInput((channels, height, width), model_input.data), response.model, response.version)


def _request(contents: Iterable[ImageContent], options: ClassifyOptions) -> pb.ClassifyRequest:
    number, alias = _number_and_alias(options.version)
    return pb.ClassifyRequest(
        model=options.model, version=number, label=alias, top_k=options.top_k, images=_images(contents)
    )


def _images(contents: Iterable[ImageContent]) -> Iterator[pb.Image]:
    for content in contents:
        if isinstance(content, bytes):
            yield pb.Image(encoded=content)
        else:
            yield pb.Image(pixels=pb.Pixels(shape=content.shape, data=content.data))


def _number_and_alias(version: int | str) -> tuple[int, str]:
    """The two fields of a request that select a version; the unused one keeps its default."""
    return (0, version) if isinstance(version, str) else (version, "")


def _image_results(response: pb.ClassifyResponse, sent: int) -> Iterable[ImageResult]:
    """The results of a response. Raises ServerFault unless there is one for each image sent."""
    if len(response.results) != sent:
        raise ServerFault(f"{sent} images were sent, {len(response.results)} results came back")
    return map(_image_result, response.results)


def _image_result(result: pb.Result) -> ImageResult:
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
