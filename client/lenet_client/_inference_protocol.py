"""The client's operations as calls of the Open Inference Protocol v2: Triton's, MLServer's, KServe's, and ours."""

from collections.abc import Sequence

from lenet_client import _inference_messages as pb
from lenet_client._batches import Batch, Question, Result
from lenet_client._errors import ImageError, InvalidRequest, NotSupported, ServerFault
from lenet_client._images import Content, Pixels
from lenet_client._inference_model import InferenceModel, inference_model, scores
from lenet_client._operation import Call, Method, Steps
from lenet_client._preprocessing import Fit, Pictures
from lenet_client._results import Model, Prediction

_SERVICE = "/inference.GRPCInferenceService"
_INFER = Method(f"{_SERVICE}/ModelInfer", pb.ModelInferRequest, pb.ModelInferResponse)
_METADATA = Method(f"{_SERVICE}/ModelMetadata", pb.ModelMetadataRequest, pb.ModelMetadataResponse)
_MODEL_READY = Method(f"{_SERVICE}/ModelReady", pb.ModelReadyRequest, pb.ModelReadyResponse)
_SERVER_READY = Method(f"{_SERVICE}/ServerReady", pb.ServerReadyRequest, pb.ServerReadyResponse)
_SERVER_METADATA = Method(f"{_SERVICE}/ServerMetadata", pb.ServerMetadataRequest, pb.ServerMetadataResponse)
_INDEX = Method(f"{_SERVICE}/RepositoryIndex", pb.RepositoryIndexRequest, pb.RepositoryIndexResponse)

DEFAULT_TOP_K = 3


class InferenceProtocol:
    """See ServerProtocol. `labels` are the model's, where the caller knows them; `fit` is for pictures.

    What a server says of a model is asked once. Labels come from its classification extension where it has that; they
    are "0", "1" … where nobody knows them. The scores are those of the output `probabilities`, or else of the first.
    """

    def __init__(self, labels: Sequence[str] | None, fit: Fit | None) -> None:
        self._labels = tuple(labels) if labels is not None else None
        self._pictures = Pictures(fit)
        self._known: dict[tuple[str, str], InferenceModel] = {}

    def classification(self, batch: Batch, question: Question) -> Steps[list[Result]]:
        """A result for each image of the batch; nothing is asked where none can be sent."""
        contents = batch.contents()
        if not contents:
            return batch.results(())
        model = yield from self._model(question.model, str(question.version or ""))
        entries = [self._entry(content, model) for content in contents]
        pixels = [entry for entry in entries if isinstance(entry, Pixels)]
        if not pixels:
            return batch.results(entry for entry in entries if isinstance(entry, ImageError))
        response: pb.ModelInferResponse = yield Call(_INFER, model.request(pixels))
        if model.labels_version not in ("", response.model_version):  # the newest is another one by now
            del self._known[question.model, str(question.version or "")]
            model = yield from self._model(question.model, str(question.version or ""))
        rows = iter(scores(response, len(pixels)))
        return batch.results(
            entry if isinstance(entry, ImageError) else self._prediction(next(rows), model, question.top_k)
            for entry in entries
        )

    def models(self) -> Steps[list[Model]]:
        """All model versions that take pictures and that this client can use."""
        index: pb.RepositoryIndexResponse = yield Call(_INDEX, pb.RepositoryIndexRequest(ready=True))
        models = []
        for each in index.models:
            try:
                models.append((yield from self._model(each.name, each.version)))
            except InvalidRequest:  # other models are none of this client's business
                continue
        return [model.value() for model in models]

    def model(self, name: str, version: int | str) -> Steps[Model]:
        """One model version."""
        model = yield from self._model(name, str(version or ""))
        return model.value()

    def healthy(self, model: str) -> Steps[bool]:
        """Whether the server, or that model, is ready."""
        if model:
            ready: pb.ModelReadyResponse = yield Call(_MODEL_READY, pb.ModelReadyRequest(name=model))
            return ready.ready
        response: pb.ServerReadyResponse = yield Call(_SERVER_READY, pb.ServerReadyRequest())
        return response.ready

    def _model(self, name: str, version: str) -> Steps[InferenceModel]:
        """What is known of a model, asked for where it is not known yet."""
        if (name, version) not in self._known:
            named = name or (yield from self._only_model())
            metadata: pb.ModelMetadataResponse = yield Call(
                _METADATA, pb.ModelMetadataRequest(name=named, version=version)
            )
            model = inference_model(metadata, named, version)
            self._known[name, version] = (
                model.labelled(self._labels) if self._labels else (yield from self._with_told_labels(model))
            )
        return self._known[name, version]

    def _only_model(self) -> Steps[str]:
        try:
            index: pb.RepositoryIndexResponse = yield Call(_INDEX, pb.RepositoryIndexRequest(ready=True))
        except NotSupported as error:
            raise InvalidRequest("this server does not list its models: say which one, model='…'") from error
        names = sorted({model.name for model in index.models})
        if len(names) != 1:
            raise InvalidRequest(f"say which model, model='…': the server has {', '.join(names) or 'none'}")
        return names[0]

    def _with_told_labels(self, model: InferenceModel) -> Steps[InferenceModel]:
        """The model with its labels, by having the server classify an empty image with all of them."""
        server: pb.ServerMetadataResponse = yield Call(_SERVER_METADATA, pb.ServerMetadataRequest())
        if "classification" not in server.extensions or not model.classes:
            return model
        response: pb.ModelInferResponse = yield Call(_INFER, model.label_request())
        return model.labelled(model.labels_of(response), response.model_version)

    def _entry(self, content: Content, model: InferenceModel) -> Pixels | ImageError:
        try:
            return self._pictures.pixels(content, model.shape)
        except ImageError as error:
            return error

    def _prediction(self, row: Sequence[float], model: InferenceModel, top_k: int) -> Prediction:
        if model.labels and len(model.labels) != len(row):
            raise ServerFault(f"model {model.name!r} gives {len(row)} scores for {len(model.labels)} labels")
        if not 0 <= top_k <= len(row):
            raise InvalidRequest(f"top_k is {top_k}: 1 to {len(row)}, the number of labels, is expected; or 0")
        best = sorted(range(len(row)), key=row.__getitem__, reverse=True)[: top_k or DEFAULT_TOP_K]
        top = tuple((model.labels[each] if model.labels else str(each), row[each]) for each in best)
        return Prediction(label=top[0][0], score=top[0][1], top=top)
