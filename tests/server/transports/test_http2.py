"""Wrong HTTP/2: the connection gets a status, is closed or goes on, and the next client is answered."""

import gzip
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.support.processes import ServerProcess, server_process
from tests.support.server.frames import INFER, OPENING, FrameConnection, Headers, grpc_headers, message
from tests.support.server.fuzzing import mutated
from tests.support.server.oip_requests import raw
from tests.support.waiting import wait_until

# Memory that the server may have gained after all these tests: grpcio keeps a thread for each call of a burst.
MEGABYTE = 2**20
MAX_GROWTH = 120 * MEGABYTE
OK = "0"
REQUEST = raw(np.zeros((1, 1, 28, 28), np.uint8)).SerializeToString()
LARGE_REQUEST = raw(np.zeros((4096, 1, 28, 28), np.uint8)).SerializeToString()
JUNK = np.random.default_rng(5).bytes(4000)
GZIP = [("grpc-encoding", "gzip")]


@pytest.fixture(scope="module")
def server(transport: str) -> Iterator[ServerProcess]:
    """A process of its own, which after all tests is small, answers, and exits with 0."""
    with server_process(f"--model-repository={ROOT / 'models'}", f"--transport={transport}") as running:
        assert_it_answers(running)
        before = running.memory()
        yield running
        wait_until(lambda: running.memory() - before < MAX_GROWTH)
        assert running.stop() == 0


def status_of_the_next_client(server: ServerProcess) -> str:
    with FrameConnection(server.grpc_port) as connection:
        connection.call(1, message(REQUEST))
        return connection.status(1)


def assert_it_answers(server: ServerProcess) -> None:
    assert status_of_the_next_client(server) == OK


@pytest.mark.parametrize("opening", [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", JUNK, OPENING[:10], OPENING + JUNK])
def test_what_is_no_http2_is_closed_or_waited_for(server: ServerProcess, opening: bytes) -> None:
    """A server may wait for the rest of an incomplete preface; others are answered meanwhile."""
    connections = [FrameConnection(server.grpc_port, opening) for _ in range(50)]
    assert_it_answers(server)
    for each in connections:
        each.close()


@pytest.mark.parametrize(
    ("payload", "extra"),
    [
        (message(b"abc", length=2**32 - 1), []),
        (message(REQUEST)[:300], []),
        (message(b""), []),
        (b"", []),
        (message(JUNK), []),
        (message(JUNK, compressed=True), []),
        (message(JUNK, compressed=True), GZIP),
        (message(gzip.compress(REQUEST)[:-9], compressed=True), GZIP),
        (message(REQUEST, compressed=True), [("grpc-encoding", "bogus")]),
        (b"\x07" + message(REQUEST), []),
    ],
    ids=["4 GiB promised", "half", "nothing", "empty", "junk", "no gzip", "bad gzip", "half gzip", "bogus", "flag"],
)
def test_a_call_of_wrong_bytes_gets_a_status(server: ServerProcess, payload: bytes, extra: Headers) -> None:
    with FrameConnection(server.grpc_port) as connection:
        connection.call(1, payload, extra)
        assert 0 < int(connection.status(1)) <= 16
        connection.call(3, message(REQUEST))
        assert connection.status(3) == OK
    assert_it_answers(server)


def test_compressed_as_it_should_be_is_answered(server: ServerProcess) -> None:
    with FrameConnection(server.grpc_port) as connection:
        connection.call(1, message(gzip.compress(REQUEST), compressed=True), GZIP)
        assert connection.status(1) == OK


@pytest.mark.parametrize("payload", [b"", message(REQUEST)[:300], message(b"abc", length=2**32 - 1)])
def test_a_call_that_is_never_completed_ends_with_its_deadline(server: ServerProcess, payload: bytes) -> None:
    with FrameConnection(server.grpc_port) as connection:
        connection.send(
            connection.headers(1, grpc_headers(extra=[("grpc-timeout", "300m")])), DataFrame(1, data=payload)
        )
        assert connection.status(1) != OK
    assert_it_answers(server)


def without(name: str) -> Headers:
    return [header for header in grpc_headers() if header[0] != name]


def instead(name: str, value: str) -> Headers:
    return [(each, value if each == name else found) for each, found in grpc_headers()]


@pytest.mark.parametrize(
    "headers",
    [
        *[without(name) for name, _ in grpc_headers()],
        instead(":method", "GET"),
        instead(":path", ""),
        instead(":path", "ModelInfer"),
        instead(":path", "/" + "a" * 5000),
        instead(":path", "/\x7f\xff"),
        instead("content-type", "text/plain"),
        *[grpc_headers(extra=[("grpc-timeout", value)]) for value in ("soon", "-1S", "0n", "99999999999999H")],
        grpc_headers(extra=[("X-Upper", "a")]),
        grpc_headers(extra=[("x-bin", "!!!")]),
        grpc_headers(extra=[("x-line", "a\r\nb")]),
        grpc_headers(extra=[("connection", "close")]),
        grpc_headers(extra=[(f"x{index}", "") for index in range(1000)]),
        [],
    ],
)
def test_headers_that_are_wrong_get_no_answer(server: ServerProcess, headers: Headers) -> None:
    with FrameConnection(server.grpc_port) as connection:
        connection.send(connection.headers(1, headers, "END_HEADERS", "END_STREAM"))
        assert connection.status(1) != OK
    assert_it_answers(server)


@pytest.mark.parametrize("length", [1000, 15_000, 20_000, 60_000, 20_000_000])
def test_much_metadata_is_taken_or_refused(server: ServerProcess, transport: str, length: int) -> None:
    with FrameConnection(server.grpc_port) as connection:
        block = connection.headers(1, grpc_headers(extra=[("x-much", "y" * length)])).data
        parts = [block[start : start + 16_000] for start in range(0, len(block), 16_000)]
        frames = [HeadersFrame(1, data=parts[0]), *(ContinuationFrame(1, data=part) for part in parts[1:])]
        frames[-1].flags.add("END_HEADERS")
        connection.send(*frames, DataFrame(1, data=message(REQUEST), flags=["END_STREAM"]))
        status = connection.status(1)
        if length < 16 * 2**10:  # the default of --max-metadata-bytes
            assert status == OK
        elif length > 10 * MEGABYTE or transport == "native":  # grpcio counts each part of a header block by itself
            assert status != OK
    assert_it_answers(server)


OpenStream = Callable[[FrameConnection, int], list[Frame]]


def opened(connection: FrameConnection, stream: int) -> list[Frame]:
    return [connection.headers(stream, grpc_headers())]


def opened_and_reset(connection: FrameConnection, stream: int) -> list[Frame]:
    call = DataFrame(stream, data=message(REQUEST), flags=["END_STREAM"])
    return [*opened(connection, stream), call, RstStreamFrame(stream, error_code=8)]


@pytest.mark.parametrize("open_stream", [opened, opened_and_reset])
def test_thousands_of_abandoned_streams_are_bounded(server: ServerProcess, open_stream: OpenStream) -> None:
    """The second is the rapid reset of CVE-2023-44487."""
    with FrameConnection(server.grpc_port) as connection:
        for first in range(1, 8000, 100):
            frames = [frame for stream in range(first, first + 100, 2) for frame in open_stream(connection, stream)]
            if not connection.send(*frames):
                break
        connection.speaks()
    # grpcio cancels new calls while thousands wait to be handled.
    wait_until(lambda: status_of_the_next_client(server) == OK)


@pytest.mark.parametrize(
    "frame",
    [
        PingFrame(0, opaque_data=b"12345678"),
        SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 65_535}),
        PriorityFrame(1, depends_on=3),
        WindowUpdateFrame(0, window_increment=1),
        WindowUpdateFrame(0, window_increment=2**31 - 1),
        RstStreamFrame(99),
        GoAwayFrame(0),
        PushPromiseFrame(1, promised_stream_id=2),
        DataFrame(1, data=b""),
        DataFrame(7, data=b"x" * 1000),
        HeadersFrame(2, data=b""),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_a_flood_of_frames_is_answered_or_ends_the_connection(server: ServerProcess, frame: Frame) -> None:
    flood = frame.serialize() * 100
    with FrameConnection(server.grpc_port) as connection:
        all(connection.send_bytes(flood) for _ in range(100))  # until the server closes the connection
        connection.speaks()
    assert_it_answers(server)


def test_headers_without_an_end_are_not_collected(server: ServerProcess) -> None:
    """CONTINUATION frames without the last one (CVE-2024-27316)."""
    more = ContinuationFrame(1, data=b"").serialize() * 100
    with FrameConnection(server.grpc_port) as connection:
        connection.send(HeadersFrame(1, data=connection.headers(1, grpc_headers()).data))
        assert not all(connection.send_bytes(more) for _ in range(1000)) or connection.status(1) != OK
    assert_it_answers(server)


def test_a_client_that_reads_no_responses_does_not_block_others(server: ServerProcess) -> None:
    with FrameConnection(server.grpc_port) as connection:
        connection.send(SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 0}))
        for stream in range(1, 9, 2):
            connection.call(stream, message(LARGE_REQUEST))
        assert connection.speaks()
        assert_it_answers(server)


frames = st.builds(
    lambda kind, flags, stream, payload: (
        len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
    ),
    st.integers(0, 11),
    st.sampled_from([0, 1, 4, 5]) | st.integers(0, 255),
    st.sampled_from([0, 1, 2, 3]) | st.integers(0, 2**32 - 1),
    st.binary(max_size=60),
)


PSEUDO_HEADERS = bytes.fromhex("83 86 04") + len(INFER).to_bytes(1, "big") + INFER.encode()  # POST, http, and the path
HEADERS = HeadersFrame(1, data=PSEUDO_HEADERS, flags=["END_HEADERS"]).serialize()
RIGHT = OPENING + HEADERS + DataFrame(1, data=message(REQUEST), flags=["END_STREAM"]).serialize()


@settings(deadline=None, max_examples=150)
@given(sent=mutated(RIGHT, 150) | st.lists(frames, max_size=20).map(lambda parts: OPENING + b"".join(parts)))
def test_frames_of_any_content_do_not_harm_the_server(server: ServerProcess, sent: bytes) -> None:
    with FrameConnection(server.grpc_port, sent):
        assert_it_answers(server)
