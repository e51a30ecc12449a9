"""Repeats requests on one bidirectional stream, whose responses carry the ids of their requests."""

from lenet.v1 import classifier_pb2 as pb
from lenet_client.bench import http2_frames
from lenet_client.bench.http2_connection import UNAVAILABLE, Http2Connection
from lenet_client.bench.repeated_call import ID_BYTES, RepeatedCall
from lenet_client.bench.target import Target

PREFIX_BYTES = 5  # gRPC's prefix of each message
ID_AT = PREFIX_BYTES + 2  # after the field's tag and length


class StreamConnection(Http2Connection):
    """An Http2Connection with one call open, whose messages are what send() and receive() count."""

    def __init__(self, target: Target, call: RepeatedCall) -> None:
        super().__init__(target, call)
        body = call.framed()
        self._before, self._after = body[:ID_AT], body[ID_AT + ID_BYTES :]
        size = http2_frames.LARGEST_PAYLOAD
        self._sizes = [len(body[at : at + size]) for at in range(0, len(body), size)]
        self._unanswered: set[int] = set()
        self._stream = -1
        self._open()

    def open_numbers(self) -> list[int]:
        """The numbers of the requests that have no response."""
        return list(self._unanswered)

    def send(self, number: int) -> None:
        """Send a request on the stream. It waits while the server's flow-control windows have no room."""
        self._unanswered.add(number)
        body = b"%b%0*d%b" % (self._before, ID_BYTES, number, self._after)
        at = 0
        for start, size in zip(self._starts, self._sizes, strict=True):
            self._waiting.append((self._stream, start, body[at : at + size]))
            at += size
        self._send_waiting()

    def _open(self) -> None:
        """Open a stream, which replaces one that has ended."""
        self._windows.pop(self._stream, None)
        self._waiting.clear()
        self._stream += 2
        stream = self._stream.to_bytes(4, "big")
        self._starts = [http2_frames.frame_start(http2_frames.DATA, 0, length) + stream for length in self._sizes]
        self._windows[self._stream] = self._stream_window
        self._buffer = b""
        self._output.append(stream.join(self._start))

    def _data(self, payload: bytes, completed: list[tuple[int, int]]) -> None:
        data = self._buffer + payload if self._buffer else payload
        at, size = 0, len(data)
        while size - at >= PREFIX_BYTES:
            end = at + PREFIX_BYTES + int.from_bytes(data[at + 1 : at + PREFIX_BYTES], "big")
            if size < end:
                break
            number = int(data[at + ID_AT : at + ID_AT + ID_BYTES])
            self._unanswered.discard(number)
            completed.append((number, self._message_status(data, at + ID_AT + ID_BYTES, end)))
            at = end
        self._buffer = data[at:]

    def _message_status(self, data: bytes, after_id: int, end: int) -> int:
        # After the id comes the model's name (field 2), or the error (field 5) of a request that failed.
        if data[after_id : after_id + 1] == b"\x12":
            return 0
        return pb.ClassifyResponse.FromString(data[after_id:end]).error.code

    def _end(self, stream: int, status: int, completed: list[tuple[int, int]]) -> None:
        if stream == self._stream:
            completed.extend((number, status or UNAVAILABLE) for number in self._unanswered)
            self._unanswered.clear()
            self._open()

    def _body_sent(self, stream: int) -> None:
        """Keep the window: the stream carries the next request as well."""
