"""No call is lost at a shutdown or a reload, over either transport, by any client."""

import signal
from pathlib import Path

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.server.regressions.conftest import MODELS
from tests.support.processes import server_process
from tests.support.server.asking import Asker, outputs_of
from tests.support.server.load import KINDS, Load
from tests.support.server.repositories import publish, shifted, withdraw


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_lost_at_shutdown(stop_signal: signal.Signals, transport: str, asker: Asker) -> None:
    """Triton server#6230, #6286, #8117; MLServer PR#2292; pytorch/serve#2008; tensorflow/serving#1866; grpc#37239."""
    with server_process(MODELS, f"--transport={transport}") as server:
        load = Load(server.grpc_port, asker)
        with load.running():
            load.wait_for(30)
            status = server.stop(stop_signal)
            load.until_refused()
    assert status == 0
    # Each is answered rightly, until one call is refused with a status that clients retry elsewhere.
    assert load.refused == {grpc.StatusCode.UNAVAILABLE: len(KINDS)}
    assert server.events[-1]["requests"]["OK"] == sum(load.answered.values())


def test_nothing_is_lost_at_reload(transport: str, digits: NDArray[np.uint8], tmp_path: Path) -> None:
    """The same threads: five versions follow one another, each withdrawn when the next one serves."""
    models = {("lenet", version): shifted(version) for version in range(1, 6)}
    asker = Asker(digits, {served: outputs_of(model, digits) for served, model in models.items()})
    publish(tmp_path, "lenet", 1, models["lenet", 1])
    flags = (f"--model-repository={tmp_path}", "--model-control=poll", "--poll-seconds=0.1")
    with server_process(*flags, f"--transport={transport}") as server:
        load = Load(server.grpc_port, asker)
        with load.running():
            for version in range(2, 6):
                load.wait_for(5)
                publish(tmp_path, "lenet", version, models["lenet", version])
                server.event(f"model lenet version {version} is served now")
                withdraw(tmp_path, "lenet", version - 1)
            load.wait_for(5)
        assert server.stop() == 0
    assert not load.refused
    assert server.events[-1]["requests"] == {"OK": sum(load.answered.values())}
