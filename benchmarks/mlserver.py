"""Compares labels from MLServer 1.7 with ours, over the Open Inference Protocol.

    python -m benchmarks.mlserver [--pictures FOLDER]

The first run installs MLServer from PyPI into an environment in the user's cache, which takes minutes. FOLDER is read
recursively.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import grpc

from benchmarks import ours
from benchmarks.measurements import Measurement, measurements_table
from benchmarks.peers import environment, free_port
from lenet_client import Client
from tests.support.processes import BIN

PACKAGES = ("mlserver==1.7.1", "onnxruntime")
START_SECONDS = 60
RUNTIME = """
import numpy as np
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse

NAMES = ["probabilities", "logits"]

class Runtime(MLModel):
    async def load(self):
        self.session = onnxruntime.InferenceSession({model!r}, providers=["CPUExecutionProvider"])
        return True

    async def predict(self, payload):
        images = NumpyCodec.decode_input(payload.inputs[0]).astype(np.uint8).reshape(-1, 1, 28, 28)
        outputs = [NumpyCodec.encode_output(name, each)
                   for name, each in zip(NAMES, self.session.run(NAMES, {{"image": images}}))]
        return InferenceResponse(model_name=self.name, outputs=outputs)
"""
MODEL_SETTINGS = {
    "name": "lenet",
    "implementation": "runtime.Runtime",
    "max_batch_size": 64,
    "max_batch_time": 0.002,
    "inputs": [{"name": "image", "datatype": "UINT8", "shape": [-1, 1, 28, 28]}],
}


@contextmanager
def serving(model: Path = ours.MODEL) -> Iterator[str]:
    """Run MLServer with the model file as `lenet`, and yield its address HOST:PORT."""
    python = environment("mlserver", PACKAGES)
    ports = {f"{name}_port": free_port() for name in ("http", "grpc", "metrics")}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "runtime.py").write_text(RUNTIME.format(model=str(model)))
        Path(folder, "model-settings.json").write_text(json.dumps(MODEL_SETTINGS))
        Path(folder, "settings.json").write_text(json.dumps({"parallel_workers": 0, "host": "127.0.0.1", **ports}))
        log = Path(folder, "log")
        with log.open("w") as output:
            process = subprocess.Popen(
                [python.parent / "mlserver", "start", "."], cwd=folder, stdout=output, stderr=subprocess.STDOUT
            )
        address = f"127.0.0.1:{ports['grpc_port']}"
        try:
            with grpc.insecure_channel(address) as channel:
                grpc.channel_ready_future(channel).result(START_SECONDS)
            yield address
        except BaseException:
            print(log.read_text()[-2000:], file=sys.stderr)
            raise
        finally:
            process.terminate()
            process.wait(20)


def main(argv: Sequence[str] | None = None) -> list[Measurement]:
    """Run `lenet classify` against both servers, and return the number of equal labels."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, default=ours.ROOT / "samples", metavar="FOLDER")
    pictures = parser.parse_args(argv).pictures
    with tempfile.TemporaryDirectory() as folder:
        labels = Path(folder, "labels")
        with ours.serving([]) as server:
            with Client(ours.address(server)) as client:
                labels.write_text("\n".join(client.model("lenet").labels))
            expected = classified(pictures, ours.address(server))
        with serving() as address:
            found = classified(pictures, address, "--protocol=oip", "--fit=ink", f"--labels={labels}")
    same = sum(found.get(path) == label for path, label in expected.items())
    what = f"same labels from MLServer, of {len(expected)} pictures"
    return [Measurement(what, str(same), "all", same == len(expected) > 0)]


def classified(pictures: Path, address: str, *flags: str) -> dict[str, str | None]:
    """Return the label of each picture; None if the server or the client refused it."""
    command = [
        str(BIN / "lenet"),
        "classify",
        str(pictures),
        f"--server={address}",
        "--model=lenet",
        "--format=jsonl",
        *flags,
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return {record["path"]: record["label"] for record in records}


if __name__ == "__main__":
    print("\n" + measurements_table(main()))
