"""Calls behave the same over both transports."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray

from lenet.inference import grpc_service_pb2 as inference
from lenet_server.errors import MessageTooLarge, SettingsRefused
from lenet_server.rpc.statuses import status
from lenet_server.settings import Settings
from lenet_server.transports.selection import is_native

INFER = "/inference.GRPCInferenceService/ModelInfer"
CLASSIFY = "/lenet.v1.Classifier/Classify"
TIMEOUT = 20.0


def infer_request(digits: NDArray[np.uint8], request_id: str = "") -> bytes:
    """A ModelInfer request, serialised."""
    made = inference.ModelInferRequest(model_name="lenet", id=request_id, raw_input_contents=[digits.tobytes()])
    made.inputs.add(name="image", datatype="UINT8", shape=digits.shape)
    return made.SerializeToString()


def method(channel: grpc.Channel, path: str) -> "grpc.UnaryUnaryMultiCallable[bytes, bytes]":
    """A method as bytes to bytes."""
    return channel.unary_unary(path)


def refused(channel: grpc.Channel, path: str, payload: bytes) -> tuple[grpc.StatusCode, str]:
    """The status that a call is refused with."""
    with pytest.raises(grpc.RpcError) as error:
        method(channel, path)(payload, timeout=TIMEOUT)
    return error.value.code(), error.value.details() or ""


def test_auto_takes_the_native_one(settings: Settings) -> None:
    assert is_native(Settings())
    assert is_native(settings) == (settings.transport == "native")


def test_auto_takes_grpcio_for_what_native_cannot_do(tmp_path: Path) -> None:
    pair = {"tls_certificate": tmp_path / "pem", "tls_key": tmp_path / "key"}
    beyond: list[tuple[dict[str, Any], str]] = [
        (pair, "--tls-certificate"),
        ({"max_connection_age_seconds": 60.0}, "--max-connection-age-seconds"),
    ]
    for changed, flag in beyond:
        assert not is_native(Settings(**changed))
        with pytest.raises(SettingsRefused, match=f"--transport native cannot serve with {flag}"):
            is_native(Settings(transport="native", **changed))
    # Possible, but only with --transport native: see docs/security.md.
    assert not is_native(Settings(token_file=tmp_path / "tokens"))
    assert is_native(Settings(transport="native", token_file=tmp_path / "tokens"))


def test_settings_of_tls_that_do_not_fit_never_mean_plain_text(tmp_path: Path) -> None:
    wrong: list[dict[str, Any]] = [{"tls_key": tmp_path}, {"tls_client_ca": tmp_path}, {"tls_certificate": tmp_path}]
    for transport in ("auto", "native", "grpcio"):
        for changed in wrong:
            with pytest.raises(SettingsRefused, match="--tls-"):
                is_native(Settings(transport=transport, **changed))


def test_what_is_no_message_is_refused(channel: grpc.Channel) -> None:
    for path, name in ((INFER, "inference.ModelInferRequest"), (CLASSIFY, "lenet.v1.ClassifyRequest")):
        assert refused(channel, path, b"\xff" * 100) == (
            grpc.StatusCode.INVALID_ARGUMENT,
            f"the message is no {name}",
        )


def test_an_unknown_method_is_unimplemented(channel: grpc.Channel) -> None:
    for path in ("/lenet.v1.Classifier/Clarify", "/nowhere.Nothing/None"):
        code, message = refused(channel, path, b"")
        assert (code, message) == (grpc.StatusCode.UNIMPLEMENTED, "Method not found!")


def test_an_answer_has_the_id_of_its_request(channel: grpc.Channel, digits: NDArray[np.uint8]) -> None:
    call = method(channel, INFER)
    for request_id in ("", "a", "", "b"):
        answer = inference.ModelInferResponse.FromString(call(infer_request(digits[:2], request_id), timeout=TIMEOUT))
        assert answer.id == request_id
        assert [list(each.shape) for each in answer.outputs] == [[2, 10], [2, 10]]


def test_a_compressed_request_is_answered(address: str, digits: NDArray[np.uint8]) -> None:
    with grpc.insecure_channel(address, compression=grpc.Compression.Gzip) as channel:
        assert method(channel, INFER)(infer_request(digits), timeout=TIMEOUT)


def test_callers_that_stay_get_their_answers_while_others_leave(address: str, digits: NDArray[np.uint8]) -> None:
    """Of 16 concurrent callers some cancel, and some have a short deadline; the others get their own answers."""
    expected = {}
    outcomes: Counter[grpc.StatusCode] = Counter()
    counting = threading.Lock()
    with grpc.insecure_channel(address) as channel:
        call = method(channel, INFER)
        for start in range(16):
            expected[start] = call(infer_request(digits[start : start + 1 + start % 3]), timeout=TIMEOUT)

        def caller(start: int) -> None:
            for turn in range(60):
                future = call.future(
                    infer_request(digits[start : start + 1 + start % 3]), timeout=0.0005 if turn % 10 == 3 else TIMEOUT
                )
                if turn % 10 == 7:
                    future.cancel()
                code = grpc.StatusCode.OK
                try:
                    answer = inference.ModelInferResponse.FromString(future.result())
                    right = inference.ModelInferResponse.FromString(expected[start])
                    found, wanted = (np.frombuffer(each.raw_output_contents[0], "<f4") for each in (answer, right))
                    np.testing.assert_allclose(found, wanted, atol=1e-5)
                except grpc.FutureCancelledError:
                    code = grpc.StatusCode.CANCELLED
                except grpc.RpcError as error:
                    code = error.code()
                with counting:
                    outcomes[code] += 1

        with ThreadPoolExecutor(16) as threads:
            for each in [threads.submit(caller, start) for start in range(16)]:
                each.result(timeout=60)
    assert set(outcomes) <= {grpc.StatusCode.OK, grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED}
    assert outcomes[grpc.StatusCode.OK] >= 16 * 48


def test_the_error_of_a_large_message_has_the_limit_and_the_remedy() -> None:
    code, message = status(MessageTooLarge(2000, 1000))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max (2000 vs. 1000)" in message  # in grpcio's words, which clients know
    assert "--max-message-bytes" in message
