"""An HTTP/2 client that sends single frames, so that tests can violate the protocol."""

import socket
from collections.abc import Iterator, Sequence
from typing import Self

from hpack import Decoder, Encoder
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
)

TIMEOUT = 20.0
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
OPENING = PREFACE + SettingsFrame(0).serialize()
HEADER_LENGTH = 9
INFER = "/inference.GRPCInferenceService/ModelInfer"
CLOSED = "closed"
Headers = Sequence[tuple[str, str]]


def grpc_headers(path: str = INFER, extra: Headers = ()) -> Headers:
    """Return the headers of a gRPC call."""
    return [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "localhost"),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        *extra,
    ]


def message(payload: bytes, *, compressed: bool = False, length: int | None = None) -> bytes:
    """Return a gRPC message with its prefix; `length` overrides the length in the prefix."""
    return bytes([compressed]) + (len(payload) if length is None else length).to_bytes(4, "big") + payload


class FrameConnection:
    """A connection to a port of the loopback interface."""

    def __init__(self, port: int, opening: bytes = OPENING) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self._encoder, self._decoder = Encoder(), Decoder()
        self._received = b""
        self.send_bytes(opening)

    def __enter__(self) -> Self:
        """Return the connection, which the constructor has opened."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def send_bytes(self, data: bytes) -> bool:
        """Send bytes that need not be frames. Returns False if the server has closed, or reads no more."""
        try:
            self._socket.sendall(data)
        except OSError:
            return False
        return True

    def send(self, *frames: Frame) -> bool:
        """Send frames. Returns False if the server has closed the connection."""
        return self.send_bytes(b"".join(frame.serialize() for frame in frames))

    def headers(self, stream: int, headers: Headers, *flags: str) -> HeadersFrame:
        """Return the HEADERS frame that opens a stream."""
        return HeadersFrame(stream, data=self._encoder.encode(headers, huffman=False), flags=flags or ("END_HEADERS",))

    def call(self, stream: int, payload: bytes, extra: Headers = (), path: str = INFER) -> bool:
        """Send a complete call. The payload includes the gRPC message prefix."""
        parts = [payload[start : start + 16_000] for start in range(0, len(payload), 16_000)] or [b""]
        data = [DataFrame(stream, data=part) for part in parts]
        data[-1].flags.add("END_STREAM")
        return self.send(self.headers(stream, grpc_headers(path, extra)), *data)

    def frames(self) -> Iterator[Frame]:
        """Yield the server's frames until it closes, acknowledging SETTINGS and PING. Raises TimeoutError."""
        while header := self._take(HEADER_LENGTH):
            frame, length = Frame.parse_frame_header(memoryview(header))
            body = self._take(length)
            if len(body) < length:
                return
            frame.parse_body(memoryview(body))
            if isinstance(frame, SettingsFrame | PingFrame) and "ACK" not in frame.flags:
                answer = PingFrame(0, frame.opaque_data) if isinstance(frame, PingFrame) else SettingsFrame(0)
                answer.flags.add("ACK")
                self.send(answer)
            yield frame

    def status(self, stream: int) -> str:
        """Return the number of the stream's gRPC status; without one, `HTTP …`, `reset …` or `closed`."""
        http = b""
        for frame in self.frames():
            if isinstance(frame, HeadersFrame):
                found = dict(self._decoder.decode(frame.data, raw=True))
                http = found.get(b":status", http)
                if frame.stream_id == stream and b"grpc-status" in found:
                    return found[b"grpc-status"].decode()
            if frame.stream_id == stream and isinstance(frame, RstStreamFrame):
                return f"reset {frame.error_code}"
            if frame.stream_id == stream and "END_STREAM" in frame.flags:
                return f"HTTP {http.decode()}"
            if isinstance(frame, GoAwayFrame) and frame.last_stream_id < stream:
                return CLOSED
        return CLOSED

    def speaks(self) -> bool:
        """Return True if the server answers a ping, False if it has closed. Raises TimeoutError if it is silent."""
        ping = PingFrame(0, opaque_data=b"are you?")
        self.send(ping)
        return any(isinstance(frame, PingFrame) and frame.opaque_data == ping.opaque_data for frame in self.frames())

    def _take(self, length: int) -> bytes:
        """Return the next `length` bytes, or none if the server has closed the connection before that."""
        try:
            while len(self._received) < length and (received := self._socket.recv(65_536)):
                self._received += received
        except ConnectionError:
            pass
        taken, self._received = self._received[:length], self._received[length:]
        return taken if len(taken) == length else b""
