"""Starts a server on the bundled model, classifies samples/, and stops it. `make demo` runs this."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from lenet_client import Client, Prediction

ROOT = Path(__file__).parents[1]
ENOUGH = 27  # right labels of 30


@contextmanager
def running_server() -> Iterator[str]:
    """Run a server on free ports and yield its address HOST:PORT."""
    program = Path(sys.executable).with_name("lenet-server")
    flags = [f"--model-repository={ROOT / 'models'}", "--port=0", "--http-port=0", "--log-format=json"]
    with subprocess.Popen([program, *flags], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        try:
            for line in server.stderr:
                if not line.startswith("{"):  # written by libraries, not by the log
                    continue
                event = json.loads(line)
                print(event["message"])
                if "grpc_port" in event:
                    yield f"127.0.0.1:{event['grpc_port']}"
                    break
            else:
                sys.exit("the server did not start")
        finally:
            server.terminate()
            for line in server.stderr:
                if line.startswith("{"):
                    print(json.loads(line)["message"])


def main() -> int:
    """Print a row for each sample and return status 0 if enough labels are right."""
    files = sorted((ROOT / "samples").iterdir())
    table = Table("picture", "true", "label", "score", "next best", "", title="samples/, classified over gRPC")
    right = 0
    with running_server() as address, Client(address) as client:
        for file, result in zip(files, client.classify_many(files), strict=True):
            truth = file.name.partition("_")[0]
            if isinstance(result, Prediction):
                right += result.label == truth
                others = "  ".join(f"{label} {score:.3f}" for label, score in result.top[1:])
                mark = "" if result.label == truth else "✗"
                table.add_row(file.name, truth, result.label, f"{result.score:.3f}", others, mark)
            else:
                table.add_row(file.name, truth, "–", "–", result.reason, "✗")
        Console().print(table)
        print(f"{right} of {len(files)} right")
    return 0 if right >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
