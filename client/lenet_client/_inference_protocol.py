"""The client's operations as calls of the Open Inference Protocol v2: Triton's, MLServer's, KServe's, and ours."""

from collections.abc import Sequence

from lenet_client import _inference_messages as pb
from lenet_client._batches import Batch
from lenet_client._errors import ImageError, InvalidRequest, NotSupported, ServerFault
from lenet_client._images import ImageContent, PixelArray
from lenet_client._inference_model import InferenceModel, inference_model, scores
from lenet_client._operation import Call, ClassifyOptions, Method, Operation
from lenet_client._preprocessing import Fit, Preprocessor
from lenet_client._results import ImageResult, Model, Prediction

_SERVICE = "/inference.GRPCInferenceService"
_INFER = Method(f"{_SERVICE}/ModelInfer", pb.ModelInferRequest, pb.ModelInferResponse)
_METADATA = Method(f"{_SERVICE}/ModelMetadata", pb.ModelMetadataRequest, pb.ModelMetadataResponse)
_MODEL_READY = Method(f"{_SERVICE}/ModelReady", pb.ModelReadyRequest, pb.ModelReadyResponse)
_SERVER_READY = Method(f"{_SERVICE}/ServerReady", pb.ServerReadyRequest, pb.ServerReadyResponse)
_SERVER_METADATA = Method(f"{_SERVICE}/ServerMetadata", pb.ServerMetadataRequest, pb.ServerMetadataResponse)
_INDEX = Method(f"{_SERVICE}/RepositoryIndex", pb.RepositoryIndexRequest, pb.RepositoryIndexResponse)

DEFAULT_TOP_K = 3


class InferenceProtocol:
    """ServerProtocol over the Open Inference Protocol. `labels` and `fit`: see BaseClient.

    A model's metadata is requested once and cached. Without `labels`, labels come from the server's classification
    extension if it has one, else they are "0", "1" …. Scores are the output `probabilities`, else the first output.
    """

    def __init__(self, labels: Sequence[str] | None, fit: Fit | None) -> None:
        self._labels = tuple(labels) if labels is not None else None
        self._preprocessor = Preprocessor(fit)
        self._models: dict[tuple[str, str], InferenceModel] = {}

    def classify(self, batch: Batch, options: ClassifyOptions) -> Operation[list[ImageResult]]:
        """Return a result for each image of the batch; makes no call when none can be sent."""
        contents = batch.contents()
        if not contents:
            return batch.results(())
        model = yield from self._model(options.model, str(options.version or ""))
        entries = [self._prepared(content, model) for content in contents]
        arrays = [entry for entry in entries if isinstance(entry, PixelArray)]
        if not arrays:
            return batch.results(entry for entry in entries if isinstance(entry, ImageError))
        response: pb.ModelInferResponse = yield Call(_INFER, model.request(arrays))
        if model.labels_version not in ("", response.model_version):  # a newer version was loaded since
            del self._models[options.model, str(options.version or "")]
            model = yield from self._model(options.model, str(options.version or ""))
        rows = iter(scores(response, len(arrays)))
        return batch.results(
            entry if isinstance(entry, ImageError) else self._prediction(next(rows), model, options.top_k)
            for entry in entries
        )

    def models(self) -> Operation[list[Model]]:
        """Return the model versions that take images in a form this client can send."""
        index: pb.RepositoryIndexResponse = yield Call(_INDEX, pb.RepositoryIndexRequest(ready=True))
        models = []
        for each in index.models:
            try:
                models.append((yield from self._model(each.name, each.version)))
            except InvalidRequest:  # not an image classifier
                continue
        return [model.value() for model in models]

    def model(self, name: str, version: int | str) -> Operation[Model]:
        """Return one model version."""
        model = yield from self._model(name, str(version or ""))
        return model.value()

    def healthy(self, model: str) -> Operation[bool]:
        """Return whether the server, or that model, is ready."""
        if model:
            ready: pb.ModelReadyResponse = yield Call(_MODEL_READY, pb.ModelReadyRequest(name=model))
            return ready.ready
        response: pb.ServerReadyResponse = yield Call(_SERVER_READY, pb.ServerReadyRequest())
        return response.ready

    def _model(self, name: str, version: str) -> Operation[InferenceModel]:
        """The model's description, requested from the server the first time."""
        if (name, version) not in self._models:
            model_name = name or (yield from self._only_model_name())
            metadata: pb.ModelMetadataResponse = yield Call(
                _METADATA, pb.ModelMetadataRequest(name=model_name, version=version)
            )
            model = inference_model(metadata, model_name, version)
            self._models[name, version] = (
                model.with_labels(self._labels) if self._labels else (yield from self._with_server_labels(model))
            )
        return self._models[name, version]

    def _only_model_name(self) -> Operation[str]:
        try:
            index: pb.RepositoryIndexResponse = yield Call(_INDEX, pb.RepositoryIndexRequest(ready=True))
        except NotSupported as error:
            raise InvalidRequest("this server does not list its models: pass model='…'") from error
        names = sorted({model.name for model in index.models})
        if len(names) != 1:
            raise InvalidRequest(f"pass model='…': the server has {', '.join(names) or 'none'}")
        return names[0]

    def _with_server_labels(self, model: InferenceModel) -> Operation[InferenceModel]:
        """The model with the labels that the server's classification extension returns for an all-zero image."""
        server: pb.ServerMetadataResponse = yield Call(_SERVER_METADATA, pb.ServerMetadataRequest())
        if "classification" not in server.extensions or not model.classes:
            return model
        response: pb.ModelInferResponse = yield Call(_INFER, model.label_request())
        return model.with_labels(model.labels_of(response), response.model_version)

    def _prepared(self, content: ImageContent, model: InferenceModel) -> PixelArray | ImageError:
        try:
            return self._preprocessor.prepare(content, model.shape)
        except ImageError as error:
            return error

    def _prediction(self, row: Sequence[float], model: InferenceModel, top_k: int) -> Prediction:
        if model.labels and len(model.labels) != len(row):
            raise ServerFault(f"model {model.name!r} returns {len(row)} scores for {len(model.labels)} labels")
        if not 0 <= top_k <= len(row):
            raise InvalidRequest(f"top_k is {top_k}: 1 to {len(row)}, the number of labels, is expected; or 0")
        best = sorted(range(len(row)), key=row.__getitem__, reverse=True)[: top_k or DEFAULT_TOP_K]
        top = tuple((model.labels[each] if model.labels else str(each), row[each]) for each in best)
        return Prediction(label=top[0][0], score=top[0][1], top=top)
