"""Every query of the dashboard has data in a Prometheus with the deployed rules that scrapes a server under load."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from lenet_client import Client
from tests.conftest import ROOT
from tests.support.dashboard import DASHBOARD, GRAFANA, load, queries
from tests.support.processes import server_process
from tests.support.server.prometheus import Prometheus

PROMETHEUS = ROOT / "deploy/prometheus"
INTERVAL = "200ms"

needs_prometheus = pytest.mark.skipif(
    not shutil.which("prometheus"), reason="needs prometheus on the PATH (Debian: apt-get install prometheus)"
)


def configuration(http_port: int) -> dict[str, Any]:
    """Return the deployed configuration with short intervals and the test's server as its target."""
    deployed = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    (job,) = deployed["scrape_configs"]
    return {
        "global": {"scrape_interval": INTERVAL, "scrape_timeout": INTERVAL, "evaluation_interval": INTERVAL},
        "rule_files": [str(PROMETHEUS / each) for each in deployed["rule_files"]],
        "scrape_configs": [{"job_name": job["job_name"], "static_configs": [{"targets": [f"127.0.0.1:{http_port}"]}]}],
    }


@needs_prometheus
def test_every_query_has_data(samples: dict[Path, str], digits: NDArray[np.uint8], tmp_path: Path) -> None:
    with server_process(f"--model-repository={ROOT / 'models'}", "--workers=2") as server:
        config = tmp_path / "prometheus.yml"
        config.write_text(json.dumps(configuration(server.http_port)))
        with (
            Client(f"127.0.0.1:{server.grpc_port}") as client,
            load(client, list(samples), digits),
            Prometheus(config, tmp_path / "data") as prometheus,
        ):
            # A graph of NaN is empty.
            found = [title for title, query in queries() if np.isfinite(prometheus.value(f"({query}) > -Inf"))]
    assert set(found) == {each["title"] for each in DASHBOARD["panels"]} | {"Version in service"}


def test_panels_name_the_provisioned_data_source() -> None:
    (source,) = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
    scraped = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["global"]["scrape_interval"]
    assert source["jsonData"]["timeInterval"] == scraped
    found = [DASHBOARD["annotations"]["list"][0], *DASHBOARD["panels"]]
    found += [target for panel in DASHBOARD["panels"] for target in panel["targets"]]
    assert {each["datasource"]["uid"] for each in found} == {source["uid"]}


def test_panels_do_not_overlap_and_have_descriptions() -> None:
    cells = [
        (panel["gridPos"]["x"] + column, panel["gridPos"]["y"] + row)
        for panel in DASHBOARD["panels"]
        for column in range(panel["gridPos"]["w"])
        for row in range(panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(column for column, _ in cells) < 24
    assert all(panel["description"] for panel in DASHBOARD["panels"])
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
