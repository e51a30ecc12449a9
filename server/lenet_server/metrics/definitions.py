"""The server's metrics and the buckets of its histograms. docs/metrics.md documents each."""

from dataclasses import dataclass

# Bucket bounds 1, 2.5 and 5 in each decade: a small model takes a fraction of a millisecond, a full queue seconds.
SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
IMAGES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
CONFIDENCES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
MODEL = ("model", "version")
WORKER = ("worker",)


@dataclass(frozen=True)
class Family:
    """A metric. `bounds` are the upper bounds of a histogram's buckets."""

    name: str
    text: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


REQUESTS = Family("lenet_requests", "Requests answered.", ("method", "code"))
REQUEST_SECONDS = Family(
    "lenet_request_duration_seconds",
    "Time from a request's arrival at its handler to its answer.",
    ("method",),
    SECONDS,
)
IN_FLIGHT = Family("lenet_requests_in_flight", "Requests being worked on.")
REJECTED = Family("lenet_rejected", "Requests refused or dropped before the model saw them.", ("reason",))

QUEUE_LENGTH = Family("lenet_queue_length", "Requests that wait for the model.", MODEL)
QUEUE_SECONDS = Family("lenet_queue_duration_seconds", "Time a request waited for the model.", MODEL, SECONDS)
BATCH_SIZE = Family("lenet_batch_size", "Images in one run of the model.", MODEL, IMAGES)
INFERENCE_SECONDS = Family("lenet_inference_duration_seconds", "Time of one run of the model.", MODEL, SECONDS)
DECODE_SECONDS = Family("lenet_decode_duration_seconds", "Time to read one encoded picture.", MODEL, SECONDS)
PICTURES = Family("lenet_images", "Images classified.", MODEL)
PREDICTIONS = Family("lenet_predictions", "Images by their best label.", (*MODEL, "label"))
CONFIDENCE = Family("lenet_prediction_confidence", "Probability of the best label of an image.", MODEL, CONFIDENCES)

READY = Family("lenet_model_ready", "1 while the model version is served.", MODEL)
MODEL_INFO = Family("lenet_model", "What the model version says of itself.", MODEL)
BUILD_INFO = Family("lenet_build", "What this server is made of.")

WORKER_RESTARTS = Family("lenet_worker_restarts", "How often a worker that died was started again.", WORKER)
WORKER_MEMORY = Family("lenet_worker_memory_bytes", "Resident memory of a worker.", WORKER)
WORKER_CPU = Family("lenet_worker_cpu_seconds", "CPU time that a worker has taken, restarts included.", WORKER)

# Gauges: they end with the process that sets them.
GAUGES = (IN_FLIGHT, QUEUE_LENGTH, READY, MODEL_INFO, WORKER_MEMORY)
