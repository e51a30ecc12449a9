"""Tokens: which methods they authorize, and the reload of a changed token file."""

import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import CollectorRegistry

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.processes import server_process
from tests.support.server.callers import CONTROL_METHODS, INFERENCE_METHODS, TIMEOUT, Bearer, Code, bearer, call

INFERENCE, CONTROL, UNKNOWN = "an-inference-token", "a-token-for-control", "an-unknown-token"


def write(file: Path, text: str) -> None:
    """Replace the file atomically, as tools that renew secrets do."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.chmod(stat.S_IRUSR)
    new.replace(file)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A token file."""
    file = tmp_path / "tokens"
    write(file, f"# a comment\n\ninference {INFERENCE}\n  control   {CONTROL}  \n")
    return file


@pytest.fixture
def registry() -> CollectorRegistry:
    """The server's metrics."""
    return CollectorRegistry()


@pytest.fixture
def guarded(settings: Settings, file: Path, registry: CollectorRegistry) -> Iterator[grpc.Channel]:
    """A channel to a server with a token file."""
    with (
        App(replace(settings, token_file=file), registry) as app,
        grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}") as channel,
    ):
        yield channel


@pytest.mark.parametrize("method", [*INFERENCE_METHODS, *CONTROL_METHODS, "/lenet.v1.Classifier/Nothing", "/a/b"])
def test_without_a_known_token_every_method_is_refused(guarded: grpc.Channel, method: str) -> None:
    assert call(guarded, method, None) is Code.UNAUTHENTICATED
    assert call(guarded, method, bearer(UNKNOWN)) is Code.UNAUTHENTICATED


@pytest.mark.parametrize("token", [INFERENCE, CONTROL])
def test_either_token_authorizes_inference_and_reflection(guarded: grpc.Channel, token: str) -> None:
    for method in INFERENCE_METHODS:
        code = call(guarded, method, bearer(token))
        assert code not in (Code.UNAUTHENTICATED, Code.PERMISSION_DENIED), method
    assert call(guarded, "Classify", bearer(token)) is Code.OK
    assert call(guarded, "reflection", bearer(token)) is Code.OK


@pytest.mark.parametrize("method", CONTROL_METHODS)
def test_a_token_for_inference_cannot_control_models(guarded: grpc.Channel, method: str) -> None:
    assert call(guarded, method, bearer(INFERENCE)) is Code.PERMISSION_DENIED
    # With the other token the call is authorized, and then refused because --model-control is not "explicit".
    assert call(guarded, method, bearer(CONTROL)) is Code.UNIMPLEMENTED


def test_health_checks_need_no_token(guarded: grpc.Channel) -> None:
    stub = health_pb2_grpc.HealthStub(guarded)
    request = health_pb2.HealthCheckRequest()
    assert stub.Check(request, timeout=TIMEOUT).status == 1  # type: ignore[attr-defined]
    assert next(stub.Watch(request, timeout=TIMEOUT)).status == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "metadata",
    [
        (("authorization", INFERENCE),),
        (("authorization", f"Basic {INFERENCE}"),),
        (("authorization", "Bearer"),),
        (("authorization", f"Bearer {INFERENCE}{INFERENCE}"),),
        (("authorization", f"Bearer {INFERENCE[:-1]}"),),
        (("authorization", f"Bearer {UNKNOWN}"), ("authorization", f"Bearer {INFERENCE}")),
        (("authorization-bin", b"Bearer " + INFERENCE.encode()),),
        (("token", f"Bearer {INFERENCE}"),),
    ],
)
def test_a_malformed_token_is_refused(guarded: grpc.Channel, metadata: Bearer) -> None:
    assert call(guarded, "Classify", metadata) is Code.UNAUTHENTICATED


def test_the_scheme_is_case_insensitive(guarded: grpc.Channel) -> None:
    assert call(guarded, "Classify", (("authorization", f"bearer {INFERENCE}"),)) is Code.OK


def test_a_stream_is_refused_before_its_first_message(guarded: grpc.Channel) -> None:
    refused = threading.Event()

    def silent() -> Iterator[pb.ClassifyRequest]:
        refused.wait(TIMEOUT)
        yield from ()

    with pytest.raises(grpc.RpcError) as caught:
        next(rpc.ClassifierStub(guarded).ClassifyStream(silent(), timeout=TIMEOUT))
    refused.set()
    assert caught.value.code() is Code.UNAUTHENTICATED


def test_refused_calls_are_counted(guarded: grpc.Channel, registry: CollectorRegistry) -> None:
    call(guarded, "Classify", None)
    call(guarded, "Classify", bearer(UNKNOWN))
    call(guarded, "RepositoryModelLoad", bearer(INFERENCE))
    counted = {
        reason: registry.get_sample_value("lenet_rejected_total", {"reason": reason})
        for reason in ("unauthenticated", "permission_denied")
    }
    assert counted == {"unauthenticated": 2, "permission_denied": 1}


def test_renewed_tokens_apply_from_the_next_call_on(guarded: grpc.Channel, file: Path) -> None:
    assert call(guarded, "Classify", bearer(INFERENCE)) is Code.OK
    write(file, f"inference {UNKNOWN}\n")
    assert call(guarded, "Classify", bearer(INFERENCE)) is Code.UNAUTHENTICATED
    assert call(guarded, "RepositoryModelLoad", bearer(CONTROL)) is Code.UNAUTHENTICATED
    assert call(guarded, "Classify", bearer(UNKNOWN)) is Code.OK


@pytest.mark.parametrize("broken", ["", "# none\n", f"{UNKNOWN}\n", f"inference {UNKNOWN}\ninfer x\n", None])
def test_a_broken_renewal_is_logged_and_the_previous_tokens_stay(
    guarded: grpc.Channel, file: Path, broken: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    file.unlink() if broken is None else write(file, broken)
    for _ in range(3):
        assert call(guarded, "Classify", bearer(INFERENCE)) is Code.OK
        assert call(guarded, "Classify", bearer(UNKNOWN)) is Code.UNAUTHENTICATED
    (error,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert error.startswith(f"--token-file {file}")
    assert "the previous content stays in use" in error
    assert UNKNOWN not in caplog.text


def test_the_program_logs_the_token_file_and_no_token(file: Path) -> None:
    file.chmod(0o644)
    with server_process(f"--model-repository={ROOT / 'models'}", f"--token-file={file}") as server:
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
            assert call(channel, "Classify", bearer(INFERENCE)) is Code.OK
            assert call(channel, "Classify", bearer(UNKNOWN)) is Code.UNAUTHENTICATED
        assert server.stop() == 0
    log = "\n".join(str(event) for event in server.events)
    assert f"tokens: 2 in {file}" in log
    assert "can be read by every user" in log
    assert not any(token in log for token in (INFERENCE, CONTROL, UNKNOWN))
