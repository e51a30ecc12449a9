"""An HTTP/2 connection that repeats one gRPC call at the lowest cost per call.

A call is a join of prepared bytes, calls started together are one write, and of a response only the status is parsed.
"""

import ssl
from collections import deque
from contextlib import suppress

from lenet_client.bench import http2_frames
from lenet_client.bench.http2_frames import DATA, END_STREAM, HEADERS, WINDOW_UPDATE
from lenet_client.bench.repeated_call import RepeatedCall
from lenet_client.bench.target import Target

OK, UNKNOWN, UNAVAILABLE = 0, 2, 14  # gRPC status codes
READ_BYTES = 2**18  # per system call
MAX_KNOWN_BLOCKS = 1000  # header blocks whose status is cached: servers send a handful
REPLENISH_BYTES = 2**30  # received bytes after which the server's window is widened: half of its 2 GiB


class ConnectionLost(Exception):
    """The connection was closed; its open calls get no response."""


class Http2Connection:
    """Calls on one connection, each identified by a number of the caller's.

    send() buffers a call, flush() writes the buffer, receive() returns the completed calls, open_numbers() the
    others.
    """

    def __init__(self, target: Target, call: RepeatedCall) -> None:
        block = http2_frames.header_block(target.headers(call.path))
        body = call.framed()
        chunks = [
            body[at : at + http2_frames.LARGEST_PAYLOAD] for at in range(0, len(body), http2_frames.LARGEST_PAYLOAD)
        ]
        self._chunks = [
            (http2_frames.frame_start(DATA, END_STREAM if chunk is chunks[-1] else 0, len(chunk)), chunk)
            for chunk in chunks
        ]
        self._start = (http2_frames.frame_start(HEADERS, http2_frames.END_HEADERS, len(block)), block)
        # Joined with the bytes of a stream's number, these pieces are a complete call.
        pieces = [part for start_and_payload in (self._start, *self._chunks) for part in start_and_payload]
        self._pieces = [pieces[0], *(a + b for a, b in zip(pieces[1::2], pieces[2::2], strict=False)), pieces[-1]]
        self._body_bytes = len(body)
        self._next_stream = 1
        self._window = http2_frames.FIRST_WINDOW
        self._stream_window = http2_frames.FIRST_WINDOW
        self._windows: dict[int, int] = {}
        self._waiting: deque[tuple[int, bytes, bytes]] = deque()
        self._output: list[bytes] = []
        self._received = 0
        self._rest = b""
        self._statuses: dict[bytes, int] = {}
        self.open_calls: dict[int, int] = {}
        self._socket = target.connect()
        # Sets HEADER_TABLE_SIZE to 0, so that response headers need no state, and the largest receive windows.
        settings = b"\0\1\0\0\0\0" + b"\0\4" + http2_frames.LARGEST_WINDOW.to_bytes(4, "big")
        wide = (http2_frames.LARGEST_WINDOW - http2_frames.FIRST_WINDOW).to_bytes(4, "big")
        self._socket.sendall(
            http2_frames.PREFACE
            + http2_frames.frame(http2_frames.SETTINGS, 0, 0, settings)
            + http2_frames.frame(WINDOW_UPDATE, 0, 0, wide)
        )

    def fileno(self) -> int:
        """The socket's file descriptor, for select()."""
        return self._socket.fileno()

    def open_numbers(self) -> list[int]:
        """The numbers of the calls that have not completed."""
        return list(self.open_calls.values())

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def send(self, number: int) -> None:
        """Start a call. Its body waits while the server's flow-control windows have no room."""
        stream = self._next_stream
        self._next_stream += 2
        self.open_calls[stream] = number
        identity = stream.to_bytes(4, "big")
        if not self._waiting and self._body_bytes <= self._window and self._body_bytes <= self._stream_window:
            self._window -= self._body_bytes
            self._output.append(identity.join(self._pieces))
            return
        self._output.append(identity.join(self._start))
        self._windows[stream] = self._stream_window
        self._waiting.extend((stream, start + identity, chunk) for start, chunk in self._chunks)
        self._send_waiting()

    def flush(self) -> None:
        """Write the buffered calls."""
        if self._output:
            with suppress(OSError):  # receive() reports a closed connection
                self._socket.sendall(b"".join(self._output))
            self._output.clear()

    def receive(self) -> list[tuple[int, int]]:
        """Read once; return (number, gRPC status) of each call that completed. Raises ConnectionLost."""
        data = self._rest + self._read()
        completed: list[tuple[int, int]] = []
        at, size = 0, len(data)
        header, header_bytes = http2_frames.HEADER.unpack_from, http2_frames.HEADER_BYTES
        while size - at >= header_bytes:
            high, low, kind, flags, stream = header(data, at)
            end = at + header_bytes + (high << 8) + low
            if size < end:
                break
            if kind == DATA:
                self._received += end - at - header_bytes
                self._data(data[at + header_bytes : end], completed)
            elif kind == HEADERS:
                if flags & END_STREAM:
                    self._end(stream, self._status(data[at + header_bytes : end]), completed)
            else:
                if kind == http2_frames.RST_STREAM:
                    self._end(stream, UNAVAILABLE, completed)
                self._control(kind, flags, stream, data[at + header_bytes : end])
            at = end
        self._rest = data[at:]
        if self._received >= REPLENISH_BYTES:
            self._output.append(http2_frames.frame(WINDOW_UPDATE, 0, 0, self._received.to_bytes(4, "big")))
            self._received = 0
        return completed

    def _data(self, payload: bytes, completed: list[tuple[int, int]]) -> None:
        """Handle a DATA payload: a unary response is not parsed."""

    def _end(self, stream: int, status: int, completed: list[tuple[int, int]]) -> None:
        """Complete the call on a stream that has ended."""
        number = self.open_calls.pop(stream, None)
        if number is not None:
            completed.append((number, status))
        if stream in self._windows:  # the server responded before the whole body was sent
            self._waiting = deque(each for each in self._waiting if each[0] != stream)
            del self._windows[stream]

    def _read(self) -> bytes:
        try:
            data = self._socket.recv(READ_BYTES)
            while isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
                data += self._socket.recv(READ_BYTES)
        except OSError as error:
            raise ConnectionLost(f"the server closed the connection: {error}") from error
        if not data:
            raise ConnectionLost("the server closed the connection")
        return data

    def _status(self, block: bytes) -> int:
        """The gRPC status in a header block. Blocks repeat, so each distinct one is parsed once."""
        status = self._statuses.get(block)
        if status is None:
            found = http2_frames.grpc_status(block)
            status = UNKNOWN if found is None else found
            if len(self._statuses) < MAX_KNOWN_BLOCKS:
                self._statuses[block] = status
        return status

    def _control(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == http2_frames.GOAWAY:
            raise ConnectionLost("the server is going away")
        if kind == WINDOW_UPDATE:
            more = int.from_bytes(payload, "big")
            if stream == 0:
                self._window += more
            elif stream in self._windows:
                self._windows[stream] += more
            self._send_waiting()
        elif kind == http2_frames.SETTINGS and not flags & http2_frames.ACK:
            for at in range(0, len(payload), 6):
                if int.from_bytes(payload[at : at + 2], "big") == http2_frames.INITIAL_WINDOW_SIZE:
                    new = int.from_bytes(payload[at + 2 : at + 6], "big")
                    self._windows = {key: each + new - self._stream_window for key, each in self._windows.items()}
                    self._stream_window = new
            self._output.append(http2_frames.frame(kind, http2_frames.ACK, 0, b""))
            self._send_waiting()
        elif kind == http2_frames.PING and not flags & http2_frames.ACK:
            self._output.append(http2_frames.frame(kind, http2_frames.ACK, 0, payload))

    def _send_waiting(self) -> None:
        while self._waiting:
            stream, start, chunk = self._waiting[0]
            if len(chunk) > self._window or len(chunk) > self._windows[stream]:
                return
            self._waiting.popleft()
            self._window -= len(chunk)
            self._windows[stream] -= len(chunk)
            self._output.append(start + chunk)
            if not any(each[0] == stream for each in self._waiting):
                self._body_sent(stream)

    def _body_sent(self, stream: int) -> None:
        """Forget the window of a stream that has nothing left to send."""
        del self._windows[stream]
