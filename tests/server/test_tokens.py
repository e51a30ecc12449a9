"""Tokens: who may call what, and what becomes of that when their file changes."""

import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from lenet.inference import grpc_service_pb2 as inference_pb
from lenet.inference import grpc_service_pb2_grpc as inference_rpc
from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server import security, tokens
from lenet_server.app import App
from lenet_server.errors import PermissionDenied, SettingsRefused, Unauthenticated
from lenet_server.settings import Settings
from lenet_server.tokens import Right, Tokens
from tests.conftest import ROOT
from tests.processes import server_process

TIMEOUT = 10.0
INFERENCE, CONTROL, UNKNOWN = "an-inference-token", "a-token-for-control", "a-token-of-nobody"
REQUEST = pb.ClassifyRequest(images=[pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=bytes(784)))])
Bearer = tuple[tuple[str, str], ...]
Code = grpc.StatusCode


def bearer(token: str) -> Bearer:
    return (("authorization", f"Bearer {token}"),)


def write(file: Path, text: str) -> None:
    """Renew the file as tools do that renew secrets: it is whole at any time."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.chmod(stat.S_IRUSR)
    new.replace(file)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of tokens."""
    file = tmp_path / "tokens"
    write(file, f"# who may call\n\ninference {INFERENCE}\n  control   {CONTROL}  \n")
    return file


@pytest.fixture
def registry() -> CollectorRegistry:
    """What the server counts."""
    return CollectorRegistry()


@pytest.fixture
def guarded(settings: Settings, file: Path, registry: CollectorRegistry) -> Iterator[grpc.Channel]:
    """A connection to a server that wants tokens."""
    with (
        App(replace(settings, token_file=file), registry) as app,
        grpc.insecure_channel(f"127.0.0.1:{app.grpc_port}") as channel,
    ):
        yield channel


def call(channel: grpc.Channel, method: str, metadata: Bearer | None) -> Code:
    """The status that a call of the method gets."""
    classifier, inference = rpc.ClassifierStub(channel), inference_rpc.GRPCInferenceServiceStub(channel)
    try:
        match method:
            case "Classify":
                classifier.Classify(REQUEST, timeout=TIMEOUT, metadata=metadata)
            case "ClassifyStream":
                list(classifier.ClassifyStream(iter([REQUEST]), timeout=TIMEOUT, metadata=metadata))
            case "ListModels":
                classifier.ListModels(pb.ListModelsRequest(), timeout=TIMEOUT, metadata=metadata)
            case "ModelInfer":
                inference.ModelInfer(inference_pb.ModelInferRequest(), timeout=TIMEOUT, metadata=metadata)
            case "ModelStreamInfer":
                request = inference_pb.ModelInferRequest()
                list(inference.ModelStreamInfer(iter([request]), timeout=TIMEOUT, metadata=metadata))
            case "RepositoryIndex":
                inference.RepositoryIndex(inference_pb.RepositoryIndexRequest(), timeout=TIMEOUT, metadata=metadata)
            case "RepositoryModelLoad":
                load = inference_pb.RepositoryModelLoadRequest(model_name="lenet")
                inference.RepositoryModelLoad(load, timeout=TIMEOUT, metadata=metadata)
            case "RepositoryModelUnload":
                unload = inference_pb.RepositoryModelUnloadRequest(model_name="lenet")
                inference.RepositoryModelUnload(unload, timeout=TIMEOUT, metadata=metadata)
            case "reflection":
                question = reflection_pb2.ServerReflectionRequest(list_services="")
                ask = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
                list(ask(iter([question]), timeout=TIMEOUT, metadata=metadata))  # type: ignore[operator]
            case _:
                unknown: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
                unknown(b"", timeout=TIMEOUT, metadata=metadata)
    except grpc.RpcError as error:
        return error.code()
    return Code.OK


CONTROLLING = ["RepositoryModelLoad", "RepositoryModelUnload"]
ASKING = ["Classify", "ClassifyStream", "ListModels", "ModelInfer", "ModelStreamInfer", "RepositoryIndex", "reflection"]
PASSED = {"ModelInfer": Code.NOT_FOUND}  # an empty request, which names no model


@pytest.mark.parametrize("method", [*ASKING, *CONTROLLING, "/lenet.v1.Classifier/Nothing", "/a/b"])
def test_without_a_known_token_nothing_is_answered(guarded: grpc.Channel, method: str) -> None:
    assert call(guarded, method, None) is Code.UNAUTHENTICATED
    assert call(guarded, method, bearer(UNKNOWN)) is Code.UNAUTHENTICATED


@pytest.mark.parametrize("token", [INFERENCE, CONTROL])
def test_with_either_token_all_questions_are_answered(guarded: grpc.Channel, token: str) -> None:
    for method in ASKING:
        code = call(guarded, method, bearer(token))
        assert code not in (Code.UNAUTHENTICATED, Code.PERMISSION_DENIED), method
    assert call(guarded, "Classify", bearer(token)) is Code.OK
    assert call(guarded, "reflection", bearer(token)) is Code.OK


@pytest.mark.parametrize("method", CONTROLLING)
def test_a_token_for_inference_controls_nothing(guarded: grpc.Channel, method: str) -> None:
    assert call(guarded, method, bearer(INFERENCE)) is Code.PERMISSION_DENIED
    # With the other one the guard lets the call pass, and the server says that it does not take orders.
    assert call(guarded, method, bearer(CONTROL)) is Code.UNIMPLEMENTED


def test_health_is_open_to_those_without_a_token(guarded: grpc.Channel) -> None:
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
def test_a_token_in_another_form_is_refused(guarded: grpc.Channel, metadata: Bearer) -> None:
    assert call(guarded, "Classify", metadata) is Code.UNAUTHENTICATED


def test_the_scheme_may_be_written_in_any_case(guarded: grpc.Channel) -> None:
    assert call(guarded, "Classify", (("authorization", f"bearer {INFERENCE}"),)) is Code.OK


def test_a_stream_is_refused_before_it_has_sent_anything(guarded: grpc.Channel) -> None:
    told = threading.Event()

    def silent() -> Iterator[pb.ClassifyRequest]:
        told.wait(TIMEOUT)
        yield from ()

    with pytest.raises(grpc.RpcError) as caught:
        next(rpc.ClassifierStub(guarded).ClassifyStream(silent(), timeout=TIMEOUT))
    told.set()
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


def test_renewed_tokens_hold_from_the_next_call_on(guarded: grpc.Channel, file: Path) -> None:
    assert call(guarded, "Classify", bearer(INFERENCE)) is Code.OK
    write(file, f"inference {UNKNOWN}\n")
    assert call(guarded, "Classify", bearer(INFERENCE)) is Code.UNAUTHENTICATED
    assert call(guarded, "RepositoryModelLoad", bearer(CONTROL)) is Code.UNAUTHENTICATED
    assert call(guarded, "Classify", bearer(UNKNOWN)) is Code.OK


@pytest.mark.parametrize("broken", ["", "# none\n", f"{UNKNOWN}\n", f"inference {UNKNOWN}\ninfer x\n", None])
def test_a_broken_renewal_is_logged_and_the_old_tokens_stay(
    guarded: grpc.Channel, file: Path, broken: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    file.unlink() if broken is None else write(file, broken)
    for _ in range(3):
        assert call(guarded, "Classify", bearer(INFERENCE)) is Code.OK
        assert call(guarded, "Classify", bearer(UNKNOWN)) is Code.UNAUTHENTICATED
    (error,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert error.startswith(f"--token-file {file}")
    assert "stays in use" in error
    assert UNKNOWN not in caplog.text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no token in it"),
        ("# a comment\n\n", "there is no token in it"),
        (f"{INFERENCE}\n", "line 1 does not begin with a right: inference or control"),
        (f"\nadmin {INFERENCE}\n", "line 2 does not begin with a right"),
        ("inference\n", "line 1 has no token"),
        (f"inference {INFERENCE} {CONTROL}\n", "line 1 has no token"),
        ("inference a-tökén-of-letters\n", "line 1 has no token of letters, digits"),
        ("control short\n", "the token of line 1 is shorter than 16 characters.*openssl rand"),
        (f"control {CONTROL}\ninference {CONTROL}\n", "the token of line 2 stands in a line before it"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line_and_without_its_words(
    settings: Settings, tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "tokens"
    file.write_text(text)
    with pytest.raises(SettingsRefused, match=f"--token-file {file}: {reason}") as refused:
        App(replace(settings, token_file=file), CollectorRegistry())
    assert not any(word in str(refused.value) for word in (INFERENCE, CONTROL, "admin", "short "))


def test_a_file_that_cannot_be_read_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name, reason in (("none", "cannot be read: No such file"), ("binary", "is not text in UTF-8")):
        with pytest.raises(SettingsRefused, match=f"--token-file .*{name} {reason}"):
            App(replace(settings, token_file=tmp_path / name), CollectorRegistry())


@pytest.mark.parametrize(
    ("host", "tls", "warned"),
    [
        ("127.0.0.1", False, False),
        ("::1", False, False),
        ("localhost", False, False),
        ("0.0.0.0", False, True),  # noqa: S104
        ("models.example", False, True),
        ("0.0.0.0", True, False),  # noqa: S104
    ],
)
def test_tokens_over_a_network_without_tls_are_warned_of(
    settings: Settings, file: Path, host: str, tls: bool, warned: bool
) -> None:
    chosen = replace(settings, host=host, token_file=file, tls_certificate=file if tls else None)
    assert any(danger.startswith("TOKENS CROSS THE NETWORK") for danger in security.dangers(chosen)) == warned


def test_native_before_callers_without_a_token_is_warned_of(settings: Settings, file: Path) -> None:
    warned = any(
        "--transport native reads" in danger for danger in security.dangers(replace(settings, token_file=file))
    )
    assert warned == (settings.transport == "native")


def test_a_file_that_everybody_can_read_is_warned_of(settings: Settings, file: Path) -> None:
    file.chmod(0o644)
    *_, danger = security.dangers(replace(settings, token_file=file))
    assert danger == f"--token-file {file} can be read by every user of this machine: chmod o-r {file}"


def test_the_program_tells_of_its_guard_and_of_no_token(file: Path) -> None:
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


KNOWN = Tokens([(Right.INFERENCE, INFERENCE), (Right.CONTROL, CONTROL)])


@given(st.text() | st.builds("Bearer {}".format, st.text()))
def test_nothing_but_a_token_has_a_right(header: str) -> None:
    assert KNOWN.right_of(header) is None
    with pytest.raises(Unauthenticated):
        KNOWN.require(Right.INFERENCE, [("authorization", header)])


def test_a_transport_that_has_pairs_of_bytes_is_understood() -> None:
    header: list[tuple[str, str | bytes]] = [("user-agent", "x"), ("authorization", f"Bearer {INFERENCE}".encode())]
    KNOWN.require(Right.INFERENCE, header)
    with pytest.raises(PermissionDenied, match="needs a token for control"):
        KNOWN.require(Right.CONTROL, header)


def test_nothing_that_prints_the_tokens_tells_them() -> None:
    known = tokens.parse(f"inference {INFERENCE}")
    assert len(known) == 1
    assert INFERENCE not in f"{known!r}{vars(known)!r}"
