"""`lenet-server --check`: everything that a start would meet is tried, and nothing is served."""

from collections.abc import Iterator
from dataclasses import dataclass

from lenet_server.errors import ModelRejected, SettingsRefused
from lenet_server.loading import load_model
from lenet_server.observers import check_installed
from lenet_server.plan import Plan, PlannedVersion
from lenet_server.planner import plan_models
from lenet_server.repository import scan
from lenet_server.security import DESCRIPTIONS, dangers
from lenet_server.settings import Settings
from lenet_server.version_policy import default_policy


@dataclass(frozen=True)
class Finding:
    """One thing that was tried, in a line."""

    text: str
    verdict: str = "ok"  # or "warning", or "FAILED"

    def __str__(self) -> str:
        """The line for people."""
        return f"{self.verdict:<8}{self.text}"


def check(settings: Settings) -> Iterator[Finding]:
    """What a start would meet: each model is loaded and warmed; no port is opened."""
    refused = set()
    for describe in DESCRIPTIONS:
        try:
            yield Finding(describe(settings))
        except SettingsRefused as error:
            if str(error) not in refused:  # what keeps TLS from working keeps the transport from being chosen as well
                yield Finding(str(error), "FAILED")
            refused.add(str(error))
    try:
        check_installed(settings)
    except SettingsRefused as error:
        yield Finding(str(error), "FAILED")
    for danger in dangers(settings):
        yield Finding(danger, "warning")
    yield from _check_models(settings)


def _check_models(settings: Settings) -> Iterator[Finding]:
    """The versions that would be served, and those in whose place they would be."""
    try:
        found = scan(settings.model_repository)
    except ModelRejected as error:
        yield Finding(str(error), "FAILED")
        return
    if not found:
        yield Finding(f"no model below {settings.model_repository}: <name>/<version>/model.onnx is expected", "FAILED")
    for name, model in found.items():
        if model.problem:
            yield Finding(f"model {name}: {model.problem}", "FAILED")
        for version, why in model.refused.items():
            yield Finding(f"model {name} version {version}: {why}", "FAILED")
    tried: set[PlannedVersion] = set()
    broken: set[PlannedVersion] = set()
    while untried := set(plan_models(found, default_policy(settings), Plan(), broken)) - tried:
        for planned in sorted(untried, key=lambda each: (each.name, each.version)):
            finding = _check_version(settings, planned)
            if finding.verdict == "FAILED":
                broken.add(planned)
            yield finding
        tried |= untried


def _check_version(settings: Settings, planned: PlannedVersion) -> Finding:
    name = f"model {planned.name} version {planned.version}"
    try:
        model, _ = load_model(settings, planned)
    except ModelRejected as error:
        return Finding(f"{name}: {error}", "FAILED")
    return Finding(
        f"{name}: {len(model.labels)} labels, input {model.input_shape}, "
        f"batches of 1 and {settings.max_batch_size} computed"
    )
