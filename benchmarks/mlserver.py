"""MLServer 1.7 on our model: the client gets the same labels from it as from us, over the Open Inference Protocol.

    python -m benchmarks.mlserver [--pictures FOLDER]

MLServer comes from PyPI, into an environment of its own in the user's cache (the one of `side-by-side`, where that has
made it); the first run installs it, which takes minutes. Pictures are all files of the folder and of those in it.
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
from benchmarks.measurements import Finding, findings_table
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
    """MLServer with the model file as `lenet`, by its address HOST:PORT."""
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


def main(argv: Sequence[str] | None = None) -> list[Finding]:
    """Have `lenet classify` classify the pictures at both, and return how many labels are the same."""
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
    return [Finding(what, str(same), "all", same == len(expected) > 0)]


def classified(pictures: Path, address: str, *flags: str) -> dict[str, str | None]:
    """The label of each picture; None where the server or the client refused it."""
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
    print("\n" + findings_table(main()))
