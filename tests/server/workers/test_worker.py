"""A worker process exits when a thread fails that it cannot serve without."""

import subprocess
import sys

import pytest

TIMEOUT = 30.0
CODE = """
import threading
from lenet_server.workers.worker import exit_on_thread_failure

threading.excepthook = exit_on_thread_failure
thread = threading.Thread(target=lambda: {}["nothing"], name="batcher lenet", daemon=DAEMON)
thread.start()
thread.join()
print("lives on")
"""


@pytest.mark.parametrize(("daemon", "status", "stdout"), [(False, 1, ""), (True, 0, "lives on\n")])
def test_a_failed_thread_ends_the_process_unless_it_is_a_daemon(daemon: bool, status: int, stdout: str) -> None:
    code = CODE.replace("DAEMON", str(daemon))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert (done.returncode, done.stdout) == (status, stdout)
    assert "KeyError: 'nothing'" in done.stderr
    assert ("thread 'batcher lenet' has failed: this worker exits" in done.stderr) == (status == 1)
