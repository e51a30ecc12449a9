"""Prometheus accepts the configuration and the rules, and each alert fires when it should and only then.

The cases are files for `promtool test rules`, in tests/deploy/rules/.
"""

import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

PROMETHEUS = ROOT / "deploy/prometheus"
RULES = sorted((PROMETHEUS / "rules").glob("*.yml"))
CASES = sorted((ROOT / "tests/deploy/rules").glob("*.yml"))
TIMEOUT = 60

needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="needs promtool on the PATH (Debian: apt-get install prometheus)"
)


def promtool(*arguments: str | Path) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, timeout=TIMEOUT)
    assert done.returncode == 0, done.stdout + done.stderr


def alerts() -> list[dict[str, Any]]:
    groups = [group for file in RULES for group in yaml.safe_load(file.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


@needs_promtool
def test_prometheus_accepts_the_configuration_and_its_rules() -> None:
    promtool("check", "config", PROMETHEUS / "prometheus.yml")
    promtool("check", "rules", "--lint-fatal", *RULES)


@needs_promtool
@pytest.mark.parametrize("cases", CASES, ids=lambda file: file.stem)
def test_alerts_fire_when_they_should_and_only_then(cases: Path) -> None:
    promtool("test", "rules", cases)


def test_every_alert_has_a_case_that_fires_and_one_that_does_not() -> None:
    fires: defaultdict[str, set[bool]] = defaultdict(set)
    for file in CASES:
        for test in yaml.safe_load(file.read_text())["tests"]:
            for case in test["alert_rule_test"]:
                fires[case["alertname"]].add(bool(case["exp_alerts"]))
    assert fires == {rule["alert"]: {True, False} for rule in alerts()}


def test_every_alert_names_its_section_in_operations() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    for rule in alerts():
        assert f"\n### {rule['alert']}\n" in page
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
