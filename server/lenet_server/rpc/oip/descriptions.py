"""Descriptions of a model in the inference protocol's messages: its tensors, configuration and statistics."""

from collections.abc import Sequence

from lenet.inference import grpc_service_pb2 as pb
from lenet.inference import model_config_pb2 as config
from lenet_server.inference.catalog import ServedModel
from lenet_server.inference.model import OUTPUTS, Model
from lenet_server.metrics.statistics import Spent
from lenet_server.repository.index import IndexEntry
from lenet_server.rpc.oip.tensors import INPUT
from lenet_server.settings import Settings

PLATFORM = "onnxruntime_onnx"
BACKEND = "onnxruntime"
ANY_NUMBER = -1  # a dimension that is not fixed


def metadata(model: Model, versions: Sequence[int]) -> pb.ModelMetadataResponse:
    """The tensors of a model, and its served versions."""
    tensor = pb.ModelMetadataResponse.TensorMetadata
    return pb.ModelMetadataResponse(
        name=model.name,
        versions=map(str, versions),
        platform=PLATFORM,
        inputs=[tensor(name=INPUT, datatype="UINT8", shape=(ANY_NUMBER, *model.input_shape))],
        outputs=[tensor(name=name, datatype="FP32", shape=(ANY_NUMBER, len(model.labels))) for name in OUTPUTS],
    )


def configuration(model: Model, settings: Settings) -> pb.ModelConfigResponse:
    """The same as Triton's ModelConfig, whose shapes leave out the batch dimension; and the batching settings."""
    return pb.ModelConfigResponse(
        config=config.ModelConfig(
            name=model.name,
            platform=PLATFORM,
            backend=BACKEND,
            max_batch_size=settings.max_batch_size,
            input=[
                config.ModelInput(
                    name=INPUT,
                    data_type=config.TYPE_UINT8,
                    format=config.ModelInput.FORMAT_NCHW,
                    dims=model.input_shape,
                )
            ],
            output=[
                config.ModelOutput(name=name, data_type=config.TYPE_FP32, dims=[len(model.labels)]) for name in OUTPUTS
            ],
            dynamic_batching=config.ModelDynamicBatching(
                max_queue_delay_microseconds=round(settings.max_queue_delay_ms * 1000)
            ),
        )
    )


def statistics(served: ServedModel) -> pb.ModelStatistics:
    """The statistics of a model version."""
    counted = served.metrics.statistics()
    return pb.ModelStatistics(
        name=served.model.name,
        version=str(served.model.version),
        last_inference=round(counted.last_run * 1000),
        inference_count=counted.images,
        execution_count=sum(runs.count for runs in counted.runs.values()),
        inference_stats=pb.InferStatistics(
            success=_duration(counted.answered),
            fail=_duration(counted.failed),
            queue=_duration(counted.queue),
            compute_input=_duration(counted.decode),
            compute_infer=_duration(counted.compute),
        ),
        batch_stats=[
            pb.InferBatchStatistics(batch_size=images, compute_infer=_duration(runs))
            for images, runs in sorted(counted.runs.items())
        ],
    )


def index(entries: Sequence[IndexEntry], *, ready_only: bool) -> pb.RepositoryIndexResponse:
    """The versions in the model repository, or only those that are served."""
    response = pb.RepositoryIndexResponse()
    for each in entries:
        if each.state == "READY" or not ready_only:
            version = str(each.version) if each.version else ""
            response.models.add(name=each.name, version=version, state=each.state, reason=each.reason)
    return response


def _duration(spent: Spent) -> pb.StatisticDuration:
    return pb.StatisticDuration(count=spent.count, ns=round(spent.seconds * 1e9))
