"""The load generator's HTTP/2 code, tested against the libraries h2 and hpack."""

import socket
from collections.abc import Iterator

import h2.config
import h2.connection
import h2.events
import hpack
import pytest

from lenet_client.bench.http2_connection import ConnectionLost, Http2Connection
from lenet_client.bench.http2_frames import grpc_status, header_block
from lenet_client.bench.repeated_call import RepeatedCall
from lenet_client.bench.stream_connection import StreamConnection
from lenet_client.bench.target import Target


@pytest.mark.parametrize("huffman", [True, False])
@pytest.mark.parametrize("status", range(17))
def test_a_status_is_found_as_text_and_huffman_coded(status: int, huffman: bool) -> None:
    encoder = hpack.Encoder()
    encoder.header_table_size = 0
    headers = [("content-type", "application/grpc"), ("grpc-status", str(status)), ("grpc-message", "in 12 words")]
    assert grpc_status(encoder.encode(headers, huffman=huffman)) == status


def test_no_status_is_none() -> None:
    assert grpc_status(hpack.Encoder().encode([(":status", "404")])) is None


@pytest.mark.parametrize("length", [0, 1, 126, 127, 128, 300, 5000])
def test_headers_of_any_length_are_decoded_as_written(length: int) -> None:
    headers = {":path": "/a.B/C", "authorization": "x" * length}
    read = hpack.Decoder().decode(header_block(headers))
    assert [(str(name), str(value)) for name, value in read] == list(headers.items())


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A listening socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_calls_larger_than_the_windows_arrive_complete(listening: socket.socket) -> None:
    """Two calls of 100,000 bytes; the connection's window is 65,535 until the server widens it."""
    call = RepeatedCall("/a.B/C", bytes(100_000))
    client = Http2Connection(Target(f"127.0.0.1:{listening.getsockname()[1]}"), call)
    peer, _ = listening.accept()
    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    server.initiate_connection()
    for number in (7, 8):
        client.send(number)
    client.flush()
    received: dict[int, bytes] = {}
    answered: list[tuple[int, int]] = []
    with peer:
        while len(answered) < 2:
            for event in server.receive_data(peer.recv(2**20)):
                if isinstance(event, h2.events.DataReceived):
                    received[event.stream_id] = received.get(event.stream_id, b"") + event.data
                    server.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                if isinstance(event, h2.events.StreamEnded):
                    server.send_headers(event.stream_id, [(":status", "200")])
                    server.send_data(event.stream_id, b"\0\0\0\0\1x")
                    status = "0" if event.stream_id == 1 else "8"
                    server.send_headers(event.stream_id, [("grpc-status", status)], end_stream=True)
            peer.sendall(server.data_to_send())
            answered += client.receive()
            client.flush()
    assert received == {1: call.framed(), 3: call.framed()}
    assert answered == [(7, 0), (8, 8)]
    client.send(9)
    client.flush()
    with pytest.raises(ConnectionLost):
        client.receive()
    assert client.open_numbers() == [9]
    client.close()


def test_a_stream_that_the_server_ends_is_replaced(listening: socket.socket) -> None:
    call = RepeatedCall("/a.B/C", b"\x0a\x0a" + b"0" * 10 + b"rest", streamed=True)
    client = StreamConnection(Target(f"127.0.0.1:{listening.getsockname()[1]}"), call)
    peer, _ = listening.accept()
    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    server.initiate_connection()
    client.send(7)
    client.flush()
    answered: list[tuple[int, int]] = []
    received: dict[int, bytes] = {}
    with peer:
        while len(answered) < 2:
            for event in server.receive_data(peer.recv(2**20)):
                if not isinstance(event, h2.events.DataReceived):
                    continue
                received[event.stream_id] = event.data
                if event.stream_id == 1:
                    server.send_headers(1, [(":status", "200"), ("grpc-status", "14")], end_stream=True)
                else:
                    message = event.data[5:17] + b"\x12\x01m"  # the id of the request, and a model's name
                    server.send_headers(event.stream_id, [(":status", "200")])
                    server.send_data(event.stream_id, b"\0" + len(message).to_bytes(4, "big") + message)
            peer.sendall(server.data_to_send())
            new = client.receive()
            if (7, 14) in new:
                client.send(8)
            answered += new
            client.flush()
    assert answered == [(7, 14), (8, 0)]
    assert received[1][:17] == b"\0\0\0\0\x10\x0a\x0a0000000007"
    assert received[3][:17] == b"\0\0\0\0\x10\x0a\x0a0000000008"
    client.close()
