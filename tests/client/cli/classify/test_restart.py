"""The server restarts during a run: the run continues and loses no results."""

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path

from prometheus_client import CollectorRegistry

from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.processes import BIN, TIMEOUT

MANY = 200


def server(port: int) -> App:
    settings = Settings(model_repository=ROOT / "models", host="127.0.0.1", port=port, http_port=0, workers=1)
    return App(settings, CollectorRegistry())


def test_a_run_continues_after_a_server_restart(samples: dict[Path, str], tmp_path: Path) -> None:
    quick = sorted(samples, key=lambda file: file.stat().st_size)[:3]
    paths = [str(each) for each in quick] * MANY
    output = tmp_path / "out.jsonl"
    with ExitStack() as end:
        with server(0) as first:
            port = first.grpc_port
            flags = ("--server", f"127.0.0.1:{port}", "--format=jsonl", "--output", output, "--verbose")
            command: list[str | Path] = [BIN / "lenet", "classify", "-", *flags]
            process = end.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            )
            end.callback(process.kill)
            assert process.stdin
            assert process.stderr
            process.stdin.write("\n".join(["nowhere.png", *paths]) + "\n")
            process.stdin.flush()
            assert any(line.startswith("nowhere.png: ") for line in process.stderr)  # results come
        with server(port):
            _, said = process.communicate("\n".join(paths), TIMEOUT)
    assert process.returncode == 1, said  # for nowhere.png
    records = [json.loads(line) for line in output.read_text().splitlines()]
    assert [each["path"] for each in records] == ["nowhere.png", *paths, *paths]
    assert [each["path"] for each in records if each["error"]] == ["nowhere.png"]
