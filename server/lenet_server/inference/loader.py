"""Loads a planned version: the model, warmed up, with its batcher and its metrics."""

from collections.abc import Sequence

from lenet_server.batching.batcher import Batcher
from lenet_server.cores import usable_cores
from lenet_server.inference.catalog import Catalog, ServedModel
from lenet_server.inference.model import Model
from lenet_server.metrics.model import ModelMetrics
from lenet_server.metrics.server import Metrics
from lenet_server.repository.plan import PlannedVersion
from lenet_server.settings import Settings

# The longest batch, in processor time, that may run in a transport's thread: meanwhile that thread receives no calls.
# It is far above the bundled model's (about 1 ms for 64 images). A slower model runs in its batcher's thread.
MAX_INLINE_SECONDS = 0.02


def load_model(settings: Settings, planned: PlannedVersion) -> tuple[Model, float]:
    """The model of a planned version, loaded and warmed up, and the processor seconds of its largest batch.

    Raises ModelRejected.
    """
    model = Model(
        planned.path,
        name=planned.name,
        version=planned.version,
        threads=settings.inference_threads or usable_cores(),
        foreign=planned.foreign,
    )
    return model, model.warm_up(settings.max_batch_size)


def open_catalog(settings: Settings, metrics: Metrics, *, watched: bool) -> Catalog:
    """An empty catalog that loads versions by the settings, and keeps the metrics up to date.

    `watched` records each run of the model in the timings of its calls, for an access log or traces.
    """

    def load(planned: PlannedVersion) -> ServedModel:
        """Make a version ready to serve. Raises ModelRejected."""
        model, seconds = load_model(settings, planned)
        counted = ModelMetrics(metrics, model.name, model.version, model.labels)
        batcher = Batcher(
            model.predict,
            counted,
            name=model.name,
            max_batch_size=settings.max_batch_size,
            max_delay_seconds=settings.max_queue_delay_ms / 1000,
            max_queue_size=settings.max_queue_size,
            inline=seconds < MAX_INLINE_SECONDS,
            record_runs=watched,
        )
        return ServedModel(model, batcher, counted)

    def update_metrics(gone: Sequence[ServedModel]) -> None:
        for each in gone:
            metrics.model_retired(each.model.name, each.model.version)
        for each in catalog:
            metrics.model_served(each.model.name, each.model.version, each.model.metadata)
            metrics.queue_length(each.model.name, each.model.version, each.batcher.__len__)
            metrics.written_by(each.model.name, each.model.version, each.metrics.write)

    catalog = Catalog(load)
    catalog.watch(update_metrics)
    return catalog


def described(catalog: Catalog) -> str:
    """The served models as text, for the log."""
    models = [each.model for each in catalog]
    return "; ".join(
        f"model {model.name} version {model.version}: {len(model.labels)} labels, input {model.input_shape}"
        for model in models
    )
