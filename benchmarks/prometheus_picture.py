"""Draws docs/deployment/prometheus.png: a server under a changing load, as its Prometheus shows it.

    python -m benchmarks.prometheus_picture --pictures DIR --output docs/deployment/prometheus.png

DIR holds a folder of small PNG files for each label, as `lenet-trainer pictures --dataset mnist` writes them. Calls of
one file arrive at random moments (`lenet bench --rate`). Prometheus runs with the deployed rules and scrape interval.
Needs `prometheus` and `chromium` on the PATH; takes about three minutes.
"""

import shutil
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from PIL import Image, ImageChops

from benchmarks import ours
from benchmarks.peers import free_port
from tests.support.processes import BIN

DEPLOYED = ours.ROOT / "deploy" / "prometheus"
QUERIES = (
    "sum by (code) (rate(lenet_requests_total[30s]))",
    '{__name__=~"job:lenet_request_duration_seconds:p(50|95|99)_rate5m"}',
    "sum by (label) (rate(lenet_predictions_total[30s]))",
)
SECONDS, RATE = 170, 40  # calls a second of each picture
WAVE_AFTER_SECONDS, WAVE_SECONDS, WAVE_RATE = 60, 50, 60  # added to them for a while
SETTLE_SECONDS = 10  # before Prometheus runs: the first calls of a server are slow
WIDTH, HEIGHT = 1000, 2500  # pixels of the page
COLOURS = 64


def main() -> None:
    """Put the load on, then photograph the graphs."""
    parser = ours.parser(__doc__)
    parser.add_argument("--pictures", type=Path, required=True, metavar="DIR")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    part = 0.2 if arguments.quick else 1.0
    with tempfile.TemporaryDirectory() as folder, ours.serving(ours.flags(arguments)) as server:
        address = ours.address(server)
        calls = start_calls(arguments.pictures, address, RATE, SECONDS * part)
        time.sleep(SETTLE_SECONDS)
        with prometheus(Path(folder), server.http_port) as page:
            time.sleep(WAVE_AFTER_SECONDS * part)
            calls += start_calls(arguments.pictures, address, WAVE_RATE, WAVE_SECONDS * part)
            for each in calls:
                each.wait()
            photograph(page, arguments.output)


@contextmanager
def prometheus(folder: Path, http_port: int) -> Iterator[str]:
    """A Prometheus as deployed that scrapes 127.0.0.1:http_port, by its address HOST:PORT."""
    settings = yaml.safe_load((DEPLOYED / "prometheus.yml").read_text())
    settings["rule_files"] = [str(DEPLOYED / each) for each in settings["rule_files"]]
    settings["scrape_configs"] = [
        {"job_name": "lenet", "static_configs": [{"targets": [f"127.0.0.1:{http_port}"]}]},
    ]
    configuration = folder / "prometheus.yml"
    configuration.write_text(yaml.safe_dump(settings))
    address = f"127.0.0.1:{free_port()}"
    flags = [f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}"]
    flags += [f"--web.listen-address={address}", "--log.level=error"]
    with subprocess.Popen([str(shutil.which("prometheus")), *flags]) as process:
        try:
            yield address
        finally:
            process.terminate()


def start_calls(pictures: Path, server: str, rate: float, seconds: float) -> list["subprocess.Popen[bytes]"]:
    """Start `lenet bench` for one picture of each label, at `rate` calls a second, against the server at HOST:PORT."""
    bench = [str(shutil.which("nice")), str(BIN / "lenet"), "bench"]  # their start must not delay the server
    bench += [f"--server={server}", f"--rate={rate}", f"--seconds={seconds}", "--warm-up=0"]
    firsts = [min(folder.iterdir()) for folder in sorted(pictures.iterdir())]
    return [subprocess.Popen([*bench, f"--picture={each}"], stdout=subprocess.DEVNULL) for each in firsts]


def photograph(address: str, output: Path) -> None:
    """Write the graphs of QUERIES over the last three minutes as a PNG of few colours."""
    fields: dict[str, str] = {}
    for number, query in enumerate(QUERIES):
        fields |= {
            f"g{number}.expr": query,
            f"g{number}.tab": "0",
            f"g{number}.range_input": "3m",
            f"g{number}.stacked": "1" if "predictions" in query else "0",
        }
    url = f"http://{address}/graph?{urllib.parse.urlencode(fields)}"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync", "--hide-scrollbars", "--virtual-time-budget=20000"]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(shutil.which("chromium")),
            *flags,
            f"--user-data-dir={folder}",
            f"--window-size={WIDTH},{HEIGHT}",
        ]
        subprocess.run([*command, f"--screenshot={output}", url], check=True, timeout=120, capture_output=True)
    with Image.open(output) as drawn:
        page = drawn.convert("RGB")
    used = ImageChops.difference(page, Image.new("RGB", page.size, "white")).getbbox()
    few = page.crop((0, 0, WIDTH, used[3] if used else HEIGHT)).quantize(COLOURS)
    few.save(output, optimize=True)


if __name__ == "__main__":
    main()
