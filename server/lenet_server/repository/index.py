"""The index of the model repository: each version, whether it is served, and if not, why."""

from collections.abc import Container, Mapping
from typing import Literal, NamedTuple

from lenet_server.repository.plan import Plan, PlannedVersion
from lenet_server.repository.scan import FoundModel
from lenet_server.repository.version_policy import VersionPolicy


class IndexEntry(NamedTuple):
    """One version of a model. A model whose versions cannot be listed has version 0."""

    name: str
    version: int
    state: Literal["READY", "UNAVAILABLE"]
    reason: str = ""  # why it is not served, or not as it is on disk


def index(
    found: Mapping[str, FoundModel],
    default: VersionPolicy,
    plan: Plan,
    broken: Mapping[PlannedVersion, str],
    wanted: Container[str],
) -> list[IndexEntry]:
    """Return all versions that were found or are served, by name and version. `wanted` are the models to serve."""
    entries = []
    for name in sorted(found.keys() | plan.models.keys()):
        model, served = found.get(name, FoundModel()), plan.of(name)
        versions = model.versions.keys() | model.refused.keys() | served.keys()
        if not versions:
            entries.append(IndexEntry(name, 0, "UNAVAILABLE", model.problem))
        for version in sorted(versions):
            entries.append(_entry(name, version, model, served, broken, default, name in wanted))
    return entries


def _entry(
    name: str,
    version: int,
    model: FoundModel,
    served: Mapping[int, PlannedVersion],
    broken: Mapping[PlannedVersion, str],
    default: VersionPolicy,
    wanted: bool,
) -> IndexEntry:
    on_disk = model.versions.get(version)
    trouble = model.refused.get(version) or (on_disk and broken.get(on_disk)) or ""
    if version in served:
        if trouble:
            trouble = f"served as it was loaded before: {trouble}"
        elif on_disk is None:
            trouble = "served as it was loaded before: its file is gone"
        return IndexEntry(name, version, "READY", trouble)
    if not trouble:
        policy = model.options.policy or default
        chosen = policy.choose(model.versions)
        trouble = "not loaded" if not wanted or version in chosen else f"not chosen by the version policy: {policy}"
    return IndexEntry(name, version, "UNAVAILABLE", trouble)
