"""Encrypted connections, and clients with certificates."""

from pathlib import Path

import grpc
import pytest

from lenet.v1 import classifier_pb2 as pb
from lenet.v1 import classifier_pb2_grpc as rpc
from tests.server.regressions.conftest import MODELS
from tests.support.certificates import DAY, Authority, connect
from tests.support.processes import server_process
from tests.support.server.asking import PIXELS, RAW, Asker, Question
from tests.support.server.sending import TIMEOUT, send_all


def is_turned_away(channel: grpc.Channel) -> bool:
    with channel:
        try:
            rpc.ClassifierStub(channel).ListModels(pb.ListModelsRequest(), timeout=TIMEOUT)
        except grpc.RpcError as error:
            return error.code() is grpc.StatusCode.UNAVAILABLE
    return False


@pytest.mark.parametrize("mutual", [False, True])
def test_tls_and_mutual_tls(tmp_path: Path, asker: Asker, mutual: bool) -> None:
    """Openvino model_server#2144."""
    authority, clients = Authority(tmp_path), Authority(tmp_path, "clients")
    pair = authority.issue("server")
    flags = [f"--tls-certificate={pair.certificate}", f"--tls-key={pair.key}"]
    if mutual:
        flags.append(f"--tls-client-ca={clients.file}")
    known, expired = clients.issue("known"), clients.issue("expired", valid_from=-2 * DAY, valid_to=-DAY)
    stranger = authority.issue("stranger")
    with server_process(MODELS, *flags) as server:
        with connect(server.grpc_port, authority.file, known if mutual else None) as channel:
            send_all(channel, asker, [Question("", way, "lenet", 1, (3, 4)) for way in (RAW, PIXELS)])
        assert is_turned_away(grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}"))
        assert is_turned_away(connect(server.grpc_port, clients.file, known))  # who trusts others only
        for shown in (None, expired, stranger):
            assert is_turned_away(connect(server.grpc_port, authority.file, shown)) == mutual
    assert server.other_lines == []  # of gRPC's core, which would say something of each that was turned away
