"""`lenet bench`, run as a process against real servers."""

import json
import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from prometheus_client import CollectorRegistry

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.certificates import Authority
from tests.support.client.server_counters import images_counted
from tests.support.client.servicers import serve
from tests.support.processes import BIN, run
from tests.support.waiting import wait_until

SHORT = ("--seconds=0.3", "--warm-up=0.1")


def bench(address: str, *arguments: str) -> dict[str, Any]:
    """The report of a short `lenet bench` without errors."""
    done = run("lenet", "bench", *SHORT, "--json", "--server", address, *arguments)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_a_sweep_has_figures_for_each_concurrency(one_address: str) -> None:
    report = bench(one_address, "--concurrency=1,8", "--processes=2", "--connections=4")
    assert [each["concurrency"] for each in report["loads"]] == [1, 8]
    for each in report["loads"]:
        assert each["answers"] > 0
        assert each["answers_per_second"] == pytest.approx(each["answers"] / 0.3)
        assert each["errors"] == {}
        latency = [each["latency_seconds"][name] for name in ("p50", "p90", "p95", "p99", "p99.9", "longest")]
        assert latency[0] > 0
        assert latency == sorted(latency)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--stream"],
        ["--images=100"],
        ["--protocol=oip", "--images=8"],
        ["--picture", str(ROOT / "samples/7_0.bmp"), "--picture", str(ROOT / "samples/3_0.webp"), "--images=2"],
    ],
    ids=["stream", "large", "oip", "pictures"],
)
def test_every_kind_of_call_is_answered(one_address: str, arguments: list[str]) -> None:
    (figures,) = bench(one_address, "--concurrency=4", *arguments)["loads"]
    assert figures["answers"] > 0
    assert figures["errors"] == {}


def test_both_server_transports_are_measured(address: str) -> None:
    """The requests on a stream exceed its initial flow-control window."""
    (figures,) = bench(address, "--concurrency=4", "--stream", "--images=100")["loads"]
    assert figures["answers"] > 0
    assert figures["errors"] == {}


def test_a_rate_is_kept_and_the_server_s_measurements_are_reported(one_address: str, one_server: App) -> None:
    page = f"http://127.0.0.1:{one_server.http_port}/metrics"
    (figures,) = bench(one_address, "--rate=200", f"--metrics-url={page}", "--seconds=1")["loads"]
    assert figures["wanted_calls_per_second"] == 200
    assert 120 < figures["answers_per_second"] < 280  # random arrivals: five standard deviations
    assert figures["sent_late_seconds_p99"] >= 0
    server = figures["server"]
    assert server["inference_seconds"] > 0
    assert server["queue_seconds"] >= 0
    assert 1 <= server["batch_images"] <= 64


def test_a_table_a_file_and_a_chart(one_address: str, tmp_path: Path) -> None:
    output, chart = tmp_path / "figures.json", tmp_path / "chart.png"
    flags = ("--concurrency=1,4", "--output", output, "--chart", chart)
    done = run("lenet", "bench", *SHORT, "--server", one_address, *flags)
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()
    assert head.split()[:4] == ["in", "flight", "answers/s", "images/s"]
    assert [row.split()[0] for row in rows] == ["1", "4"]
    assert len(json.loads(output.read_text())["loads"]) == 2
    assert chart.read_bytes().startswith(b"\x89PNG")


class Refusing(rpc.ClassifierServicer):
    """Describes a model, and refuses to classify with RESOURCE_EXHAUSTED."""

    def GetModel(self, request: object, context: object) -> pb.Model:  # noqa: ARG002, N802
        return pb.Model(name="m", version=1, labels=["a"], input_shape=[1, 2, 2])

    def Classify(self, request: object, context: grpc.ServicerContext) -> pb.ClassifyResponse:  # noqa: ARG002, N802
        context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "later")

    # Not called by these tests; mypy takes the generated class for abstract.
    ClassifyStream = ListModels = rpc.ClassifierServicer.ClassifyStream  # type: ignore[assignment]


@pytest.fixture
def refusing() -> Iterator[str]:
    """HOST:PORT of a server that refuses to classify."""
    with serve(partial(rpc.add_ClassifierServicer_to_server, Refusing())) as address:
        yield address


def test_errors_are_counted_by_their_status(refusing: str) -> None:
    done = run("lenet", "bench", *SHORT, "--json", "--server", refusing, "--concurrency=2")
    assert done.returncode == 1
    (figures,) = json.loads(done.stdout)["loads"]
    assert figures["answers"] == 0
    assert list(figures["errors"]) == ["RESOURCE_EXHAUSTED"]
    assert figures["latency_seconds"]["p50"] is None


def test_tls_and_token(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pair = authority.issue("server")
    (tmp_path / "token").write_text("a-token-of-more-than-sixteen-characters")
    (tmp_path / "tokens").write_text("inference a-token-of-more-than-sixteen-characters\n")
    settings = Settings(
        model_repository=ROOT / "models",
        port=0,
        http_port=0,
        tls_certificate=pair.certificate,
        tls_key=pair.key,
        token_file=tmp_path / "tokens",
    )
    with App(settings, CollectorRegistry()) as app:
        flags = (
            f"--server=127.0.0.1:{app.grpc_port}",
            f"--tls-ca={authority.file}",
            f"--token-file={tmp_path / 'token'}",
        )
        done = run("lenet", "bench", *SHORT, "--json", "--concurrency=4", *flags)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["loads"][0]["answers"] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--concurrency=0"], "'0' is not a whole number from 1"),
        (["--rate=-1"], "'-1' is not a number above 0"),
        (["--rate=1", "--concurrency=1"], "not allowed with argument"),
        (["--picture=nowhere.png"], "nowhere.png"),
        (["--protocol=oip", "--stream"], "--stream and --picture are for --protocol lenet"),
        (["--metrics-url=http://127.0.0.1:1/metrics"], "--metrics-url http://127.0.0.1:1/metrics cannot be read"),
        (["--model=vgg"], "no model 'vgg'"),
    ],
)
def test_usage_is_explained(one_address: str, arguments: list[str], message: str) -> None:
    done = run("lenet", "bench", *SHORT, "--server", one_address, *arguments)
    assert done.returncode in (1, 2)
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_no_server_is_status_3() -> None:
    done = run("lenet", "bench", *SHORT, "--server=127.0.0.1:1", "--timeout=5")
    assert done.returncode == 3
    assert done.stderr.startswith("lenet: no answer: 127.0.0.1:1")


def test_an_interrupt_ends_it_at_once(one_address: str, one_server: App) -> None:
    before = images_counted(one_server.http_port)
    bench = subprocess.Popen(
        [BIN / "lenet", "bench", "--seconds=60", "--server", one_address], stderr=subprocess.PIPE, text=True
    )
    try:
        wait_until(lambda: images_counted(one_server.http_port) > before)
    finally:
        bench.send_signal(signal.SIGINT)
        _, errors = bench.communicate(timeout=10)
    assert bench.returncode == 130
    assert "Traceback" not in errors


@pytest.mark.parametrize("option", ["--output", "--chart"])
def test_a_missing_output_folder_is_reported_before_the_load(one_address: str, tmp_path: Path, option: str) -> None:
    done = run("lenet", "bench", "--seconds=60", "--server", one_address, option, tmp_path / "none/out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"lenet: {tmp_path}/none/out cannot be written: there is no folder {tmp_path}/none\n"
