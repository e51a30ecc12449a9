"""A worker process by itself: what becomes of it when one of its threads fails."""

import subprocess
import sys

import pytest

TIMEOUT = 30.0
CODE = """
import threading
from lenet_server.workers.worker import end_with_the_thread

threading.excepthook = end_with_the_thread
thread = threading.Thread(target=lambda: {}["nothing"], name="batcher lenet", daemon=DAEMON)
thread.start()
thread.join()
print("lives on")
"""


@pytest.mark.parametrize(("daemon", "status", "said"), [(False, 1, ""), (True, 0, "lives on\n")])
def test_it_ends_with_a_thread_that_it_cannot_do_without(daemon: bool, status: int, said: str) -> None:
    code = CODE.replace("DAEMON", str(daemon))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert (done.returncode, done.stdout) == (status, said)
    assert "KeyError: 'nothing'" in done.stderr
    assert ("thread 'batcher lenet' has failed: this worker ends" in done.stderr) == (status == 1)
