"""A real Prometheus, for tests."""

import json
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType

TIMEOUT = 30.0


class Prometheus:
    """Runs from the beginning of a `with` block to its end."""

    def __init__(self, config: Path, data: Path) -> None:
        self._command = [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={data}",
            "--web.listen-address=127.0.0.1:0",
            "--log.format=json",
        ]
        self._address = ""
        self._ready = threading.Event()

    def __enter__(self) -> "Prometheus":
        self._process = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        if not self._ready.wait(TIMEOUT) or not self._address:
            self.__exit__(None, None, None)
            raise AssertionError("Prometheus did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(TIMEOUT)
        self._reader.join(TIMEOUT)

    def value(self, query: str) -> float:
        """The value of the query, as soon as there is one."""
        return value(self._address, query, TIMEOUT)

    def _read(self) -> None:
        assert self._process.stderr
        with self._process.stderr as lines:
            for line in lines:
                event = json.loads(line)
                if event.get("msg") == "Listening on":
                    self._address = event["address"]
                elif "ready to receive web requests" in event.get("msg", ""):
                    self._ready.set()
        self._ready.set()


def value(address: str, query: str, seconds: float) -> float:
    """What the Prometheus at HOST:PORT answers to the query, as soon as it has something to answer."""
    url = f"http://{address}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
            result = json.load(response)["data"]["result"]
        if result:
            return float(result[0]["value"][1])
        threading.Event().wait(0.1)  # the next scrape brings it: Prometheus has nothing to be woken by
    raise AssertionError(f"no value of {query} in {seconds:.0f} s")
