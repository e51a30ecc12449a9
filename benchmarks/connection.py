"""An HTTP/2 connection that sends one gRPC call again and again, in as few instructions as Python allows.

It speaks just enough of RFC 9113 for that: each call is one write of bytes made beforehand, and of an answer only the
number of its bytes is looked at. A client library costs ten times as much, and a tenth of a millisecond of its own.
"""

import socket
from collections import deque

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4
LARGEST_FRAME = 16_384  # that any peer takes
FIRST_WINDOW = 65_535  # bytes that may be sent before the peer allows more
WIDE = (2**31 - 1 - FIRST_WINDOW).to_bytes(4, "big")


class Refused(Exception):
    """The server ended a call or the connection, or answered with something else than was expected."""


class Connection:
    """Calls on one connection, told apart by a number that the caller gives each.

    `request` is the call's message in gRPC's frame, at most 16 KiB; a right answer has `answer_bytes`.
    """

    def __init__(self, address: str, path: str, request: bytes, answer_bytes: int) -> None:
        host, _, port = address.rpartition(":")
        headers = {
            ":method": "POST",
            ":scheme": "http",
            ":path": path,
            ":authority": address,
            "content-type": "application/grpc",
            "te": "trailers",
        }
        if len(request) > LARGEST_FRAME:
            raise ValueError("a larger request does not fit into a frame")
        block = b"".join(b"\0" + _text(name) + _text(value) for name, value in headers.items())
        self._head = len(block).to_bytes(3, "big") + bytes([HEADERS, END_HEADERS])
        self._middle = block + len(request).to_bytes(3, "big") + bytes([DATA, END_STREAM])
        self._request = request
        self._answer_bytes = answer_bytes
        self._next_stream = 1
        self._window = FIRST_WINDOW
        self._waiting: deque[int] = deque()
        self._number_of: dict[int, int] = {}
        self._received: dict[int, int] = {}
        self._rest = b""
        self._socket = socket.create_connection((host, int(port)), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # No table of headers is kept and no window need be widened later: answers come as they are.
        self._socket.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            + _frame(SETTINGS, 0, 0, b"\0\1\0\0\0\0" + b"\0\4" + (2**31 - 1).to_bytes(4, "big"))
            + _frame(WINDOW_UPDATE, 0, 0, WIDE)
        )

    def fileno(self) -> int:
        """The socket, for select()."""
        return self._socket.fileno()

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def send(self, number: int) -> None:
        """Start a call, or have it wait until the server's window allows it."""
        if self._window < len(self._request):
            self._waiting.append(number)
            return
        stream = self._next_stream.to_bytes(4, "big")
        self._number_of[self._next_stream] = number
        self._next_stream += 2
        self._window -= len(self._request)
        self._socket.sendall(self._head + stream + self._middle + stream + self._request)

    def receive(self) -> list[int]:
        """Read what has come; the numbers of the calls that are answered by it. Raises Refused."""
        data = self._rest + self._socket.recv(2**18)
        if len(data) == len(self._rest):
            raise Refused("the server closed the connection")
        at, answered = 0, []
        while len(data) - at >= 9:
            length = int.from_bytes(data[at : at + 3], "big")
            if len(data) - at < 9 + length:
                break
            kind, flags = data[at + 3], data[at + 4]
            stream = int.from_bytes(data[at + 5 : at + 9], "big")
            payload = data[at + 9 : at + 9 + length]
            at += 9 + length
            if kind == DATA:
                self._received[stream] = self._received.get(stream, 0) + length
            elif kind not in (HEADERS, WINDOW_UPDATE):
                self._control(kind, flags, payload)
            elif kind == WINDOW_UPDATE and stream == 0:
                self._window += int.from_bytes(payload, "big")
            if kind in (DATA, HEADERS) and flags & END_STREAM:
                if (received := self._received.pop(stream, 0)) != self._answer_bytes:
                    raise Refused(f"an answer of {received} bytes, not {self._answer_bytes}; of 0: a gRPC error")
                answered.append(self._number_of.pop(stream))
        self._rest = data[at:]
        while self._waiting and self._window >= len(self._request):
            self.send(self._waiting.popleft())
        return answered

    def _control(self, kind: int, flags: int, payload: bytes) -> None:
        if kind in (RST_STREAM, GOAWAY):
            raise Refused("the server ended a call" if kind == RST_STREAM else "the server is going away")
        if kind in (SETTINGS, PING) and not flags & ACK:
            self._socket.sendall(_frame(kind, ACK, 0, payload if kind == PING else b""))


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def _text(text: str) -> bytes:
    """Text of up to 126 characters as HPACK (RFC 7541) writes it without compression."""
    return bytes([len(text)]) + text.encode()
