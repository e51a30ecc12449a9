"""Decides which versions of a model to serve. Pure functions of what is on disk and what is served already."""

from collections.abc import Container, Mapping

from lenet_server.errors import ModelRejected
from lenet_server.repository.plan import ModelPlan, Plan, PlannedVersion
from lenet_server.repository.scan import FoundModel
from lenet_server.repository.version_policy import VersionPolicy


def plan_models(
    found: Mapping[str, FoundModel], default: VersionPolicy, current: Plan, broken: Container[PlannedVersion]
) -> Plan:
    """Return the plan for all models that were found, given the current plan.

    What is known to be broken is not planned. What is served goes on in its place: the same version as it was loaded
    before its file changed or, where nothing else can be served, the versions that are.
    """
    models = {
        name: plan_model(model, default, current.models.get(name, ModelPlan()), broken) for name, model in found.items()
    }
    return Plan({name: model for name, model in models.items() if model.versions})


def plan_model(
    model: FoundModel, default: VersionPolicy, served: ModelPlan, broken: Container[PlannedVersion]
) -> ModelPlan:
    """Return the plan for one model."""
    if model.problem:
        return served
    loaded = {each.version: each for each in served.versions}
    usable = {version: each for version, each in model.versions.items() if each not in broken}
    unusable = (model.versions.keys() | model.refused.keys()) - usable.keys()
    usable |= {version: loaded[version] for version in unusable & loaded.keys()}
    chosen = (model.options.policy or default).choose(usable)
    if not chosen:
        return served
    labels, labelled = _labels(model.options.labels, served.labels, usable, loaded)
    usable |= {version: loaded[version] for version in labelled - usable.keys()}
    return ModelPlan(tuple(usable[version] for version in sorted(chosen | labelled)), labels)


def plan_load(model: FoundModel, default: VersionPolicy) -> ModelPlan:
    """Return the plan for a model that an API call loads as it is on disk.

    Raises ModelRejected where that is not possible, with the reasons.
    """
    if model.problem:
        raise ModelRejected(model.problem)
    wanted = (model.options.policy or default).choose(model.versions.keys() | model.refused.keys())
    if not wanted:
        raise ModelRejected("it has no version that its version policy chooses")
    if refused := sorted(wanted & model.refused.keys()):
        raise ModelRejected("; ".join(f"version {version}: {model.refused[version]}" for version in refused))
    return plan_model(model, default, ModelPlan(), broken=())


def _labels(
    wanted: Mapping[str, int], before: Mapping[str, int], usable: Container[int], loaded: Container[int]
) -> tuple[dict[str, int], set[int]]:
    """Return the version of each alias, and the versions to serve because an alias names them.

    A label that is moved to a version that cannot be served stays with the one that it had.
    """
    labels, labelled = {}, set()
    for label, version in wanted.items():
        if version not in usable and before.get(label) in loaded:
            version = before[label]
        labels[label] = version
        if version in usable or version in loaded:
            labelled.add(version)
    return labels, labelled
