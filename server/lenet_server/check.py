"""`lenet-server --check`: everything that a start would meet is tried, and nothing is served."""

from collections.abc import Iterator
from dataclasses import dataclass

from lenet_server.cores import usable_cores
from lenet_server.errors import ModelRejected, SettingsRefused
from lenet_server.model import Model
from lenet_server.repository import find_models
from lenet_server.security import DESCRIPTIONS, dangers
from lenet_server.settings import Settings


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
    for danger in dangers(settings):
        yield Finding(danger, "warning")
    yield from _check_models(settings)


def _check_models(settings: Settings) -> Iterator[Finding]:
    """The newest version of each model that can be served, and those before it in the order that cannot."""
    try:
        found = find_models(settings.model_repository)
    except ModelRejected as error:
        yield Finding(str(error), "FAILED")
        return
    if not found:
        yield Finding(f"no model below {settings.model_repository}: <name>/<version>/model.onnx is expected", "FAILED")
    for name, versions in found.items():
        for version in sorted(versions, reverse=True):
            try:
                model = Model(versions[version], name=name, version=version, threads=usable_cores())
                model.warm_up(settings.max_batch_size)
            except ModelRejected as error:
                yield Finding(f"model {name} version {version}: {error}", "FAILED")
                continue
            yield Finding(
                f"model {name} version {version}: {len(model.labels)} labels, input {model.input_shape}, "
                f"batches of 1 and {settings.max_batch_size} computed"
            )
            break
