"""Limits of messages, metadata and connections: requests beyond them are refused, those within are not."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import grpc
import pytest
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from prometheus_client import CollectorRegistry

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT

TIMEOUT = 10.0
REQUEST = pb.ClassifyRequest(images=[pb.Image(pixels=pb.Pixels(shape=[1, 28, 28], data=bytes(784)))])
LARGE = pb.ClassifyRequest(images=[pb.Image(encoded=bytes(3 * 2**20))])
Code = grpc.StatusCode
# For tests of what only grpcio does.
GRPCIO = Settings(model_repository=ROOT / "models", port=0, http_port=0, transport="grpcio")
# Frames of HTTP/2 (RFC 9113)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS, PING, GOAWAY = 4, 6, 7
ENHANCE_YOUR_CALM = 11


@contextmanager
def served(settings: Settings, **changed: Any) -> Iterator[int]:
    """The gRPC port of a server with some settings changed."""
    with App(replace(settings, http_port=0, **changed), CollectorRegistry()) as app:
        yield app.grpc_port


@contextmanager
def connected(port: int) -> Iterator[grpc.Channel]:
    """A connection of its own."""
    with grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.use_local_subchannel_pool", 1)]) as channel:
        yield channel


def refusal(channel: grpc.Channel, request: pb.ClassifyRequest, **options: Any) -> tuple[Code, str]:
    """The status and the message that a request gets."""
    with pytest.raises(grpc.RpcError) as caught:
        rpc.ClassifierStub(channel).Classify(request, timeout=TIMEOUT, **options)
    return caught.value.code(), caught.value.details() or ""


def answers(channel: grpc.Channel, timeout: float = TIMEOUT) -> bool:
    return len(rpc.ClassifierStub(channel).Classify(REQUEST, timeout=timeout).results) == 1


def test_a_message_that_is_too_large_is_refused_and_the_connection_lives(settings: Settings) -> None:
    with served(settings, max_message_bytes=2**20) as port, connected(port) as channel:
        code, message = refusal(channel, LARGE)
        assert code is Code.RESOURCE_EXHAUSTED
        assert str(2**20) in message
        assert answers(channel)


def test_a_message_that_is_small_only_while_it_is_compressed_is_refused(settings: Settings) -> None:
    with served(settings, max_message_bytes=2**20) as port, connected(port) as channel:
        code, _ = refusal(channel, LARGE, compression=grpc.Compression.Gzip)
        assert code is Code.RESOURCE_EXHAUSTED
        assert answers(channel)


def test_bytes_that_are_no_message_get_a_status_and_the_connection_lives(settings: Settings) -> None:
    with served(settings) as port, connected(port) as channel:
        for method in ("/lenet.v1.Classifier/Classify", "/inference.GRPCInferenceService/ModelInfer"):
            send: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
            with pytest.raises(grpc.RpcError) as caught:
                send(b"\xff" * 64, timeout=TIMEOUT)
            assert caught.value.code() in (Code.INTERNAL, Code.INVALID_ARGUMENT)
        assert answers(channel)


def test_metadata_may_be_as_large_as_the_setting_says_and_no_larger(settings: Settings) -> None:
    with served(settings, max_metadata_bytes=32 * 2**10) as port, connected(port) as channel:
        stub = rpc.ClassifierStub(channel)
        assert stub.Classify(REQUEST, timeout=TIMEOUT, metadata=(("x", "y" * 31_000),)).results
        code, message = refusal(channel, REQUEST, metadata=(("x", "y" * 33_000),))
        if settings.transport == "native":  # speaks HTTP here, and its client says what it makes of that
            assert (code, "431" in message) == (Code.UNKNOWN, True)
        else:
            assert (code, "metadata" in message) == (Code.RESOURCE_EXHAUSTED, True)
        assert answers(channel)


def test_a_connection_holds_calls_back_beyond_its_limit(settings: Settings) -> None:
    leave = threading.Event()

    def idle() -> Iterator[pb.ClassifyRequest]:
        yield REQUEST
        leave.wait(TIMEOUT)

    with served(settings, max_concurrent_streams=1) as port, connected(port) as full, connected(port) as other:
        stream = rpc.ClassifierStub(full).ClassifyStream(idle(), timeout=TIMEOUT)
        next(stream)
        assert refusal_of_waiting(full) is Code.DEADLINE_EXCEEDED
        assert answers(other)
        leave.set()
        assert list(stream) == []
        assert answers(full)


def refusal_of_waiting(channel: grpc.Channel) -> Code:
    with pytest.raises(grpc.RpcError) as caught:
        answers(channel, timeout=0.3)
    return caught.value.code()


def test_reflection_can_be_switched_off(settings: Settings) -> None:
    question = reflection_pb2.ServerReflectionRequest(list_services="")
    with served(settings, reflection="off") as port, connected(port) as channel:
        ask = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
        with pytest.raises(grpc.RpcError) as caught:
            next(ask(iter([question]), timeout=TIMEOUT))  # type: ignore[operator]
        assert caught.value.code() is Code.UNIMPLEMENTED
        assert answers(channel)


def test_an_old_connection_is_replaced_without_losing_a_call() -> None:
    ended = threading.Event()

    def watch(state: grpc.ChannelConnectivity) -> None:
        if state is grpc.ChannelConnectivity.IDLE and ready.is_set():
            ended.set()

    ready = threading.Event()
    with (
        served(GRPCIO, max_connection_age_seconds=0.5, max_connection_age_grace_seconds=5.0) as port,
        connected(port) as channel,
    ):
        assert answers(channel)
        ready.set()
        channel.subscribe(watch)
        assert ended.wait(TIMEOUT)
        assert all(answers(channel) for _ in range(100))


class RawConnection:
    """An HTTP/2 client that sends single frames, also those that no library would send."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self._socket.sendall(PREFACE)
        self.send(SETTINGS)

    def send(self, kind: int, payload: bytes = b"", times: int = 1) -> None:
        """A frame that concerns the whole connection."""
        self._socket.sendall((len(payload).to_bytes(3) + bytes([kind]) + bytes(5) + payload) * times)

    def frames(self) -> Iterator[tuple[int, int, bytes]]:
        """Kind, flags and payload of each frame that comes, until the connection ends."""
        with self._socket.makefile("rb") as stream:
            while len(header := stream.read(9)) == 9:
                yield header[3], header[4], stream.read(int.from_bytes(header[:3]))

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


@contextmanager
def raw(port: int) -> Iterator[RawConnection]:
    connection = RawConnection(port)
    try:
        yield connection
    finally:
        connection.close()


def test_a_client_that_pings_too_often_is_disconnected() -> None:
    with served(GRPCIO, min_ping_interval_seconds=60.0) as port, raw(port) as connection:
        connection.send(PING, bytes(8), times=10)
        reasons = [payload for kind, _, payload in connection.frames() if kind == GOAWAY]
    assert int.from_bytes(reasons[-1][4:8]) == ENHANCE_YOUR_CALM


def test_a_client_that_pings_within_the_interval_is_answered(settings: Settings) -> None:
    pings = 10
    with served(settings, min_ping_interval_seconds=0.0) as port, raw(port) as connection:
        connection.send(PING, bytes(8), times=pings)
        kinds = (kind for kind, flags, _ in connection.frames() if kind == GOAWAY or (kind == PING and flags & 1))
        assert [next(kinds) for _ in range(pings)] == [PING] * pings


def test_the_connection_of_a_dead_client_is_closed(settings: Settings) -> None:
    alive = {"keepalive_time_seconds": 1.0, "keepalive_timeout_seconds": 1.0}
    with served(settings, **alive) as port, raw(port) as connection:
        kinds = [kind for kind, flags, _ in connection.frames() if not flags]
    assert PING in kinds  # the server pinged, got no answer, and closed the connection
