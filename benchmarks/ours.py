"""Starts our server for a benchmark, with the flags that all benchmarks share."""

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
    """Return a parser with the flags that all benchmarks share."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--quick", action="store_true", help="take seconds instead of minutes; not for figures")
    made.add_argument(
        "--transport", choices=["auto", "native", "grpcio"], help="of lenet-server; default: the server's"
    )
    made.add_argument("--workers", type=int, help="of lenet-server; default: the server's")
    return made


def flags(arguments: argparse.Namespace) -> list[str]:
    """Return the flags for lenet-server; none for its defaults."""
    chosen = {"transport": arguments.transport, "workers": arguments.workers}
    return [f"--{name}={value}" for name, value in chosen.items() if value is not None]


@contextmanager
def serving(server_flags: Sequence[str], models: Path = MODELS) -> Iterator[ServerProcess]:
    """Run our server on free ports of 127.0.0.1, by default with the bundled model; yield it once it responds."""
    with server_process(f"--model-repository={models}", "--host=127.0.0.1", *server_flags) as server:
        call.response_bytes(address(server), call.request(1))
        yield server


def address(server: ServerProcess) -> str:
    """Return HOST:PORT of the gRPC port."""
    return f"127.0.0.1:{server.grpc_port}"


def warm_up(server: ServerProcess, seconds: float) -> None:
    """Send small and large batches to every worker, so that one-off allocations are done."""
    for images in (1, 64):
        h2load.put(h2load.Load(images, connections=8, streams=4), address(server), seconds=seconds)
