"""Runs NVIDIA Triton 2.51 on our model: its C++ server, with ONNX Runtime in its python backend.

    python -m benchmarks.triton --port 8001

It runs until it is interrupted. The first start installs the package nvidia-pytriton, which contains the server, into
an environment in the user's cache, which takes minutes.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import call
from benchmarks.ours import MODEL
from benchmarks.peers import environment, free_port

PACKAGES = ("nvidia-pytriton==0.7.0", "onnxruntime")
# One explicit instance and no delay: its fastest settings.
CONFIGURATION = """
name: "lenet"
backend: "python"
max_batch_size: 256
input [{ name: "image" data_type: TYPE_UINT8 dims: [1, 28, 28] }]
output [
  { name: "probabilities" data_type: TYPE_FP32 dims: [10] },
  { name: "logits" data_type: TYPE_FP32 dims: [10] }
]
instance_group [{ count: 1 kind: KIND_CPU }]
dynamic_batching { max_queue_delay_microseconds: 0 }
"""
# Runs inside Triton: one call of the model for all requests of a batch.
PROGRAM = """
import numpy as np
import onnxruntime
import triton_python_backend_utils as backend

NAMES = ["probabilities", "logits"]

class TritonPythonModel:
    def initialize(self, args):
        self.session = onnxruntime.InferenceSession({model!r}, providers=["CPUExecutionProvider"])

    def execute(self, requests):
        inputs = [backend.get_input_tensor_by_name(each, "image").as_numpy() for each in requests]
        images = np.concatenate(inputs) if len(inputs) > 1 else inputs[0]
        outputs = self.session.run(NAMES, {{"image": images}})
        ends = np.cumsum([len(each) for each in inputs])
        return [
            backend.InferenceResponse(
                [backend.Tensor(name, output[end - len(each):end]) for name, output in zip(NAMES, outputs)]
            )
            for each, end in zip(inputs, ends)
        ]
"""


@contextmanager
def serving(model: Path = MODEL, port: int = 0) -> Iterator[str]:
    """Run Triton with the model file as `lenet`, and yield its address HOST:PORT; `port` 0 picks a free one."""
    python = environment("triton", PACKAGES)
    find = "import pathlib, pytriton; print(pathlib.Path(pytriton.__file__).parents[1])"
    site = Path(subprocess.run([python, "-c", find], check=True, capture_output=True, text=True).stdout.strip())
    bundle = site / "pytriton" / "tritonserver"
    with tempfile.TemporaryDirectory() as folder:
        backends = shutil.copytree(bundle / "backends", Path(folder, "backends"))
        stubs = bundle / "python_backend_stubs" / f"{sys.version_info.major}.{sys.version_info.minor}"
        shutil.copy(stubs / "triton_python_backend_stub", backends / "python")
        repository = Path(folder, "repository", "lenet")
        (repository / "1").mkdir(parents=True)
        (repository / "config.pbtxt").write_text(CONFIGURATION)
        (repository / "1" / "model.py").write_text(PROGRAM.format(model=str(model)))
        libraries = [*site.glob("*triton*.libs"), bundle / "external_libs", Path(sys.base_prefix, "lib")]
        variables = {
            "PYTHONPATH": str(site),
            "LD_LIBRARY_PATH": ":".join(map(str, libraries)),
            "PATH": f"{python.parent}:{os.environ['PATH']}",
        }
        port = port or free_port()
        flags = [f"--model-repository={repository.parent}", f"--backend-directory={backends}"]
        ports = ["--grpc-address=127.0.0.1", f"--grpc-port={port}", "--allow-http=false", "--allow-metrics=false"]
        log = Path(folder, "log")
        with log.open("w") as output:
            process = subprocess.Popen(
                [bundle / "bin" / "tritonserver", *flags, *ports],
                env=os.environ | variables,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            call.response_bytes(f"127.0.0.1:{port}", call.request(1))
            yield f"127.0.0.1:{port}"
        except BaseException:
            print(log.read_text()[-2000:], file=sys.stderr)
            raise
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--model", type=Path, default=MODEL)
    arguments = parser.parse_args()
    try:
        with serving(arguments.model.resolve(), arguments.port) as address:
            print(f"Triton serves gRPC on {address}", flush=True)
            sys.stdin.read()  # until it is closed, or Ctrl-C
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
