"""A real Prometheus process for tests."""

import json
import subprocess
import threading
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType

from tests.support.waiting import wait_until

TIMEOUT = 30.0


class Prometheus:
    """Runs Prometheus for the length of a `with` block."""

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
        """Return the query's first value, once a scrape has provided one."""
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
    """Return the query's first value from the Prometheus at HOST:PORT. Raises AssertionError after `seconds`."""
    url = f"http://{address}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    values: list[float] = []

    def has_value() -> bool:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
            values.extend(float(each["value"][1]) for each in json.load(response)["data"]["result"])
        return bool(values)

    try:
        wait_until(has_value, seconds)
    except AssertionError as error:
        raise AssertionError(f"no value of {query} in {seconds:.0f} s") from error
    return values[0]
