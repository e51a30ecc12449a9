"""Validate settings and models without serving: `lenet-server --check`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lenet_server.errors import ModelRejected, SettingsRefused
from lenet_server.exposure import DESCRIPTIONS, dangers
from lenet_server.inference.loader import load_model
from lenet_server.observability.factory import check_installed
from lenet_server.repository.manager import EVERYTHING
from lenet_server.repository.plan import ModelPlan, PlannedVersion
from lenet_server.repository.planner import plan_model
from lenet_server.repository.scan import FoundModel, scan
from lenet_server.repository.version_policy import policy_of
from lenet_server.settings import Settings


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    text: str
    verdict: str = "ok"  # or "warning", or "FAILED"

    def __str__(self) -> str:
        """Format as one line of output."""
        return f"{self.verdict:<8}{self.text}"


def check(settings: Settings) -> Iterator[Finding]:
    """Check the settings, their files and each model, which is loaded and warmed up. Opens no port."""
    refused = set()
    for describe in DESCRIPTIONS:
        try:
            yield Finding(describe(settings))
        except SettingsRefused as error:
            if str(error) not in refused:  # a TLS error also fails the choice of transport
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
    """Load the versions that the policy selects; after a failed version, those that replace it."""
    try:
        found = scan(settings.model_repository)
    except ModelRejected as error:
        yield Finding(str(error), "FAILED")
        return
    if not found:
        verdict = "FAILED" if settings.model_control == "none" else "warning"
        yield Finding(f"no model below {settings.model_repository}: <name>/<version>/model.onnx is expected", verdict)
    for name in sorted({*settings.load_models} - found.keys() - {EVERYTHING}):
        yield Finding(f"model {name} (--load-models): not in the model repository", "FAILED")
    for name, model in found.items():
        if model.problem:
            yield Finding(f"model {name}: {model.problem}", "FAILED")
            continue
        for version, reason in model.refused.items():
            yield Finding(f"model {name} version {version}: {reason}", "FAILED")
        findings: dict[PlannedVersion, Finding] = {}
        while untried := _selected(model, findings, settings) - findings.keys():
            for each in sorted(untried, key=lambda planned: planned.version):
                findings[each] = _try(each, settings)
                yield findings[each]


def _selected(model: FoundModel, findings: Mapping[PlannedVersion, Finding], settings: Settings) -> set[PlannedVersion]:
    """Return the versions to serve, without those that failed."""
    broken = {each for each, finding in findings.items() if finding.verdict == "FAILED"}
    return set(plan_model(model, policy_of(settings), ModelPlan(), broken).versions)


def _try(planned: PlannedVersion, settings: Settings) -> Finding:
    name, version = planned.name, planned.version
    try:
        model, _ = load_model(settings, planned)
    except ModelRejected as error:
        return Finding(f"model {name} version {version}: {error}", "FAILED")
    return Finding(
        f"model {name} version {version}: {len(model.labels)} labels, input {model.input_shape}, "
        f"batches of 1 and {settings.max_batch_size} computed"
    )
