"""The plan of what to serve, made from the repository, the policies and the versions that are served already.

Everything here is plain data and pure functions, so that a plan can be sent to other processes and compared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from lenet_server.repository.custom_model import CustomModelOptions


class Stamp(NamedTuple):
    """The identity of a file: unchanged as long as this is equal."""

    modified_ns: int
    size: int  # bytes
    inode: int


@dataclass(frozen=True)
class PlannedVersion:
    """One version of a model, with all that loading it needs. A changed file makes a different value."""

    name: str
    version: int
    path: Path
    stamp: Stamp
    foreign: CustomModelOptions | None = None


class ModelPlan(NamedTuple):
    """The versions of a model to serve, and its aliases: alias → version, which may be one that is not served."""

    versions: tuple[PlannedVersion, ...] = ()  # ascending
    labels: Mapping[str, int] = {}


@dataclass(frozen=True)
class Plan:
    """The plan of each model, by name. A model without versions to serve is absent."""

    models: Mapping[str, ModelPlan] = field(default_factory=dict)

    def __iter__(self) -> Iterator[PlannedVersion]:
        """Return all versions, by name and version."""
        return (each for _, model in sorted(self.models.items()) for each in model.versions)

    def of(self, name: str) -> dict[int, PlannedVersion]:
        """Return the planned versions of one model, by version."""
        return {each.version: each for each in self.models.get(name, ModelPlan()).versions}

    def replaced(self, name: str, model: ModelPlan) -> "Plan":
        """Return the plan with one model replaced, or removed if it has no versions."""
        models = {**self.models, name: model}
        return Plan({each: models[each] for each in models if models[each].versions})
