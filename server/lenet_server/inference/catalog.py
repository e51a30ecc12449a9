"""The models that are being served, each with its batcher, and how they are exchanged without a caller noticing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lenet_server.batching.batcher import Batcher
from lenet_server.errors import InvalidRequest, ModelNotFound, ModelRejected, NoModel, PlanRejected, ServingError
from lenet_server.inference.model import Model
from lenet_server.metrics.model import ModelMetrics
from lenet_server.repository.plan import Plan, PlannedVersion


@dataclass(frozen=True)
class ServedModel:
    """A loaded model, the queue before it, and what is counted about it."""

    model: Model
    batcher: Batcher
    metrics: ModelMetrics


@dataclass(frozen=True)
class Shelf:
    """What is served at one time. It is replaced as a whole and never changed: readers need no lock."""

    plan: Plan = field(default_factory=Plan)
    served: dict[PlannedVersion, ServedModel] = field(default_factory=dict)  # by name and version
    found: dict[tuple[str, int | str], ServedModel] = field(default_factory=dict)  # as a call may ask for them
    labels: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)  # of a name and version

    @classmethod
    def of(cls, plan: Plan, served: dict[PlannedVersion, ServedModel]) -> "Shelf":
        """All that is served by a plan."""
        found: dict[tuple[str, int | str], ServedModel] = {}
        for planned, each in served.items():
            found[planned.name, planned.version] = each
            found[planned.name, 0] = each  # the last one is the newest
        labels: dict[tuple[str, int], tuple[str, ...]] = {}
        for name, planned_model in plan.models.items():
            for label, version in sorted(planned_model.labels.items()):
                if (name, version) in found:
                    found[name, label] = found[name, version]
                    labels[name, version] = (*labels.get((name, version), ()), label)
        if len(plan.models) == 1:
            found |= {("", version): each for (_, version), each in found.items()}
        return cls(plan, served, found, labels)


class Catalog:
    """Finds the model that a call asks for.

    A change is prepared off the serving path, and then committed or aborted, by one thread at a time.
    """

    def __init__(self, load: Callable[[PlannedVersion], ServedModel]) -> None:
        """`load` makes a version ready to serve, or raises ModelRejected."""
        self._load = load
        self._shelf = Shelf()
        self._prepared: Shelf | None = None
        self._fresh: list[ServedModel] = []
        self._watchers: list[Callable[[Sequence[ServedModel]], None]] = []

    def __iter__(self) -> Iterator[ServedModel]:
        """All that is served, by name and version."""
        return iter(self._shelf.served.values())

    def __len__(self) -> int:
        """The number of versions that are served."""
        return len(self._shelf.served)

    def find(self, name: str, version: int = 0, label: str = "") -> ServedModel:
        """The served model; an empty name means the only one, version 0 without a label the newest.

        Raises ModelNotFound where there is none, NoModel where there is none at all, and InvalidRequest for version
        and label together.
        """
        shelf = self._shelf
        found = shelf.found.get((name, label or version))
        if found is None or (label and version):
            raise _missing(shelf, name, version, label)
        return found

    def labels(self, model: Model) -> tuple[str, ...]:
        """The labels of a version that is served."""
        return self._shelf.labels.get((model.name, model.version), ())

    def watch(self, told: Callable[[Sequence[ServedModel]], None]) -> None:
        """Have `told` called after each change, when the catalog has it, with the versions that are served no more."""
        self._watchers.append(told)

    def prepare(self, plan: Plan) -> None:
        """Load what the plan has and the catalog has not. Nothing that callers see changes.

        Raises PlanRejected where versions cannot be loaded; abort() then lets go of the others.
        """
        served: dict[PlannedVersion, ServedModel] = {}
        reasons: dict[tuple[str, int], str] = {}
        for each in plan:
            if each in self._shelf.served:
                served[each] = self._shelf.served[each]
                continue
            try:
                served[each] = self._load(each)
            except ModelRejected as error:
                reasons[each.name, each.version] = str(error)
                continue
            self._fresh.append(served[each])
            served[each].batcher.start()
        if reasons:
            raise PlanRejected(reasons)
        self._prepared = Shelf.of(plan, served)

    def commit(self) -> None:
        """Serve what was prepared, from one call to the next; answer what still waits for the rest, and free it."""
        if self._prepared is None:
            raise RuntimeError("nothing was prepared")
        before, self._shelf = self._shelf, self._prepared
        self._prepared, self._fresh = None, []
        stays = {(each.name, each.version) for each in self._shelf.served}
        gone = [each for planned, each in before.served.items() if (planned.name, planned.version) not in stays]
        for told in self._watchers:
            told(gone)
        for planned, each in before.served.items():
            if planned not in self._shelf.served:
                each.batcher.stop()

    def abort(self) -> None:
        """Forget what was prepared."""
        for each in self._fresh:
            each.batcher.stop()
        self._prepared, self._fresh = None, []

    def stop(self) -> None:
        """Answer what waits in the queues, then end them."""
        for each in self:
            each.batcher.stop()


def _missing(shelf: Shelf, name: str, version: int, label: str) -> ServingError:
    """Why nothing was found."""
    if label and version:
        return InvalidRequest(f"the request names version {version} and label {label!r}: name one of them")
    names = sorted(shelf.plan.models)
    if not names:
        return NoModel("no model is loaded: try again later, or another server")
    if not name and len(names) > 1:
        return ModelNotFound(f"name the model: this server has {', '.join(names)}")
    name = name or names[0]
    if name not in names:
        return ModelNotFound(f"no model {name!r}: this server has {', '.join(names)}")
    served = ", ".join(_with_labels(shelf, name, each) for each in shelf.plan.of(name))
    asked = repr(label) if label else version
    return ModelNotFound(f"no version {asked} of model {name!r}: this server has {served}")


def _with_labels(shelf: Shelf, name: str, version: int) -> str:
    labels = shelf.labels.get((name, version))
    return f"{version} ({', '.join(labels)})" if labels else str(version)
