"""The HTTP port: probes with urllib, metrics with Prometheus' own tools."""

import json
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.http.admin import HttpServer
from lenet_server.settings import Settings
from tests.support.server.prometheus import Prometheus

TIMEOUT = 10.0

needs_prometheus = pytest.mark.skipif(
    not (shutil.which("prometheus") and shutil.which("promtool")),
    reason="needs prometheus and promtool on the PATH (Debian: apt-get install prometheus)",
)


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=TIMEOUT) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def sample(text: str, name: str, **labels: str) -> float:
    """Return the first sample of this name that has these labels."""
    for family in text_string_to_metric_families(text):
        for each in family.samples:
            if each.name == name and each.labels.items() >= labels.items():
                return each.value
    raise AssertionError(f"no {name} {labels}")


def classify(app: App, array: NDArray[np.uint8], images: int) -> None:
    image = pb.Image(pixels=pb.Pixels(shape=array.shape, data=array.tobytes()))
    with grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}") as channel:
        rpc.ClassifierStub(channel).Classify(pb.ClassifyRequest(images=[image] * images), timeout=TIMEOUT)


def test_probes(app: App) -> None:
    assert get(app.http_port, "/livez") == (200, "alive\n")
    assert get(app.http_port, "/readyz") == (200, "ready\n")
    assert get(app.http_port, "/")[0] == 404


def test_the_port_is_opened_without_a_dns_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without DNS, each lookup takes seconds."""

    def fail(name: str = "") -> str:
        raise AssertionError(f"socket.getfqdn({name!r}) was called")

    monkeypatch.setattr(socket, "getfqdn", fail)
    server = HttpServer("0.0.0.0", 0, CollectorRegistry(), lambda: True)  # noqa: S104
    server.start()
    try:
        assert get(server.port, "/readyz") == (200, "ready\n")
    finally:
        server.stop()


def test_a_stopped_server_does_not_answer_probes(settings: Settings) -> None:
    app = App(settings, CollectorRegistry())
    with app:
        assert get(app.http_port, "/readyz")[0] == 200
    with pytest.raises(urllib.error.URLError):
        get(app.http_port, "/livez")


def test_metrics_count_requests_images_and_batches(settings: Settings, digits: NDArray[np.uint8]) -> None:
    with App(settings, CollectorRegistry()) as app:
        classify(app, digits[0], 5)
        classify(app, digits[1], 3)
        text = get(app.http_port, "/metrics")[1]
    model = {"model": "lenet", "version": "1"}
    assert sample(text, "lenet_requests_total", method="Classify", code="OK") == 2
    assert sample(text, "lenet_request_duration_seconds_count", method="Classify") == 2
    assert sample(text, "lenet_images_total", **model) == 8
    assert sample(text, "lenet_batch_size_sum", **model) == 8
    assert sample(text, "lenet_queue_duration_seconds_count", **model) == 2
    assert sample(text, "lenet_inference_duration_seconds_count", **model) == 2
    assert sum(sample(text, "lenet_predictions_total", **model, label=str(label)) for label in range(10)) == 8
    assert sample(text, "lenet_prediction_confidence_count", **model) == 8
    assert sample(text, "lenet_requests_in_flight") == 0
    assert sample(text, "lenet_queue_length", **model) == 0
    assert sample(text, "lenet_model_ready", **model) == 1
    assert sample(text, "lenet_model_info", **model, parameters="61706") == 1
    assert sample(text, "lenet_build_info", version="0.1.0") == 1


def test_errors_are_counted_by_status(settings: Settings) -> None:
    with App(settings, CollectorRegistry()) as app:
        with grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}") as channel, pytest.raises(grpc.RpcError):
            rpc.ClassifierStub(channel).Classify(pb.ClassifyRequest(), timeout=TIMEOUT)
        text = get(app.http_port, "/metrics")[1]
    assert sample(text, "lenet_requests_total", method="Classify", code="INVALID_ARGUMENT") == 1


@needs_prometheus
def test_promtool_accepts_the_metrics(app: App, digits: NDArray[np.uint8]) -> None:
    classify(app, digits[0], 1)
    text = get(app.http_port, "/metrics")[1]
    check = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False, timeout=TIMEOUT
    )
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")


@needs_prometheus
def test_a_real_prometheus_scrapes_the_server(app: App, digits: NDArray[np.uint8], tmp_path: Path) -> None:
    classify(app, digits[0], 1)
    config = tmp_path / "prometheus.yml"
    config.write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "200ms", "scrape_timeout": "200ms"},
                "scrape_configs": [
                    {"job_name": "lenet", "static_configs": [{"targets": [f"127.0.0.1:{app.http_port}"]}]}
                ],
            }
        )
    )
    with Prometheus(config, tmp_path / "data") as prometheus:
        assert prometheus.value('lenet_requests_total{code="OK",method="Classify"}') >= 1
        assert prometheus.value('lenet_images_total{model="lenet"}') >= 1
        assert prometheus.value('up{job="lenet"}') == 1
