"""Our server under measurement, and the flags by which every benchmark lets one choose how it is started."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import call, h2load
from tests.support.processes import ServerProcess, server_process

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "models"
MODEL = MODELS / "lenet" / "1" / "model.onnx"


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the flags that all benchmarks have."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--quick", action="store_true", help="seconds instead of minutes: shows that it works, no more")
    made.add_argument(
        "--transport", choices=["auto", "native", "grpcio"], help="lenet-server's; its default if left out"
    )
    made.add_argument("--workers", type=int, help="lenet-server's; its default if left out")
    return made


def flags(arguments: argparse.Namespace) -> list[str]:
    """What lenet-server is to be started with: nothing where the defaults are measured."""
    chosen = {"transport": arguments.transport, "workers": arguments.workers}
    return [f"--{name}={value}" for name, value in chosen.items() if value is not None]


@contextmanager
def serving(server_flags: Sequence[str], models: Path = MODELS) -> Iterator[ServerProcess]:
    """Our server on free ports of the loopback interface, by default with the bundled model; it has answered a call."""
    with server_process(f"--model-repository={models}", "--host=127.0.0.1", *server_flags) as server:
        call.answer_bytes(address(server), call.request(1))
        yield server


def address(server: ServerProcess) -> str:
    """HOST:PORT of its gRPC port."""
    return f"127.0.0.1:{server.grpc_port}"


def warm_up(server: ServerProcess, seconds: float) -> None:
    """Put all kinds of batches through every worker, so that what is allocated once is allocated."""
    for images in (1, 64):
        h2load.put(h2load.Load(images, connections=8, streams=4), address(server), seconds=seconds)
