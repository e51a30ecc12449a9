"""What is to be served: made of what is on disk, of the policies, and of what is being served already.

Everything here is plain data and pure functions, so that a plan can be sent to other processes and compared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from lenet_server.repository.custom_model import ForeignOptions


class Stamp(NamedTuple):
    """By what a file is known to be the same as before."""

    modified_ns: int
    size: int  # bytes
    inode: int


@dataclass(frozen=True)
class PlannedVersion:
    """One version of a model, and all that has to be known to load it. Another file makes it another one."""

    name: str
    version: int
    path: Path
    stamp: Stamp
    foreign: ForeignOptions | None = None


class ModelPlan(NamedTuple):
    """What is to be served of one model, and its labels: label → version, which may be one that is not served."""

    versions: tuple[PlannedVersion, ...] = ()  # in their order
    labels: Mapping[str, int] = {}


@dataclass(frozen=True)
class Plan:
    """What is to be served, by name. A model of which nothing is to be served is not in it."""

    models: Mapping[str, ModelPlan] = field(default_factory=dict)

    def __iter__(self) -> Iterator[PlannedVersion]:
        """All versions, by name and version."""
        return (each for _, model in sorted(self.models.items()) for each in model.versions)

    def of(self, name: str) -> dict[int, PlannedVersion]:
        """What is to be served of one model, by version."""
        return {each.version: each for each in self.models.get(name, ModelPlan()).versions}

    def replaced(self, name: str, model: ModelPlan) -> "Plan":
        """The plan with something else for one model; without it where that is nothing."""
        models = {**self.models, name: model}
        return Plan({each: models[each] for each in models if models[each].versions})
