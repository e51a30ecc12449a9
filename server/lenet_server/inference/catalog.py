"""The models that are served, each with its batcher, and how they are replaced without failing a call."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lenet_server.batching.batcher import Batcher
from lenet_server.errors import InvalidRequest, ModelNotFound, ModelRejected, NoModel, PlanRejected, ServingError
from lenet_server.inference.model import Model
from lenet_server.metrics.model import ModelMetrics
from lenet_server.repository.plan import Plan, PlannedVersion


@dataclass(frozen=True)
class ServedModel:
    """A loaded model, its batcher and its metrics."""

    model: Model
    batcher: Batcher
    metrics: ModelMetrics


@dataclass(frozen=True)
class Snapshot:
    """All that is served at one time. Immutable, and replaced as a whole: readers need no lock."""

    plan: Plan = field(default_factory=Plan)
    served: dict[PlannedVersion, ServedModel] = field(default_factory=dict)  # by name and version
    found: dict[tuple[str, int | str], ServedModel] = field(
        default_factory=dict
    )  # by what a call may contain: version, alias or 0
    aliases: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)  # of a name and version

    @classmethod
    def of(cls, plan: Plan, served: dict[PlannedVersion, ServedModel]) -> "Snapshot":
        """The snapshot of a plan and its loaded versions."""
        found: dict[tuple[str, int | str], ServedModel] = {}
        for planned, each in served.items():
            found[planned.name, planned.version] = each
            found[planned.name, 0] = each  # the newest comes last
        aliases: dict[tuple[str, int], tuple[str, ...]] = {}
        for name, planned_model in plan.models.items():
            for alias, version in sorted(planned_model.labels.items()):
                if (name, version) in found:
                    found[name, alias] = found[name, version]
                    aliases[name, version] = (*aliases.get((name, version), ()), alias)
        if len(plan.models) == 1:
            found |= {("", version): each for (_, version), each in found.items()}
        return cls(plan, served, found, aliases)


class Catalog:
    """Finds the model that a call names.

    A change is prepared off the serving path, then committed or aborted; only one thread may change the catalog.
    """

    def __init__(self, load: Callable[[PlannedVersion], ServedModel]) -> None:
        """`load` loads and warms up a version, or raises ModelRejected."""
        self._load = load
        self._snapshot = Snapshot()
        self._prepared: Snapshot | None = None
        self._loaded: list[ServedModel] = []  # by prepare(), not served yet
        self._listeners: list[Callable[[Sequence[ServedModel]], None]] = []

    def __iter__(self) -> Iterator[ServedModel]:
        """The served versions, by name and version."""
        return iter(self._snapshot.served.values())

    def __len__(self) -> int:
        """The number of served versions."""
        return len(self._snapshot.served)

    def find(self, name: str, version: int = 0, alias: str = "") -> ServedModel:
        """The served model; an empty name means the only one, version 0 without an alias the newest.

        Raises ModelNotFound if this model or version is not served, NoModel if nothing is, and InvalidRequest for a
        version and an alias together.
        """
        snapshot = self._snapshot
        found = snapshot.found.get((name, alias or version))
        if found is None or (alias and version):
            raise _not_found(snapshot, name, version, alias)
        return found

    def aliases(self, model: Model) -> tuple[str, ...]:
        """The aliases of a served version."""
        return self._snapshot.aliases.get((model.name, model.version), ())

    def watch(self, listener: Callable[[Sequence[ServedModel]], None]) -> None:
        """Call `listener` after each change, with the versions that are no longer served."""
        self._listeners.append(listener)

    def prepare(self, plan: Plan) -> None:
        """Load the versions that the plan adds; calls still get the old ones.

        Raises PlanRejected if any cannot be loaded; abort() then frees the others.
        """
        served: dict[PlannedVersion, ServedModel] = {}
        reasons: dict[tuple[str, int], str] = {}
        for each in plan:
            if each in self._snapshot.served:
                served[each] = self._snapshot.served[each]
                continue
            try:
                served[each] = self._load(each)
            except ModelRejected as error:
                reasons[each.name, each.version] = str(error)
                continue
            self._loaded.append(served[each])
            served[each].batcher.start()
        if reasons:
            raise PlanRejected(reasons)
        self._prepared = Snapshot.of(plan, served)

    def commit(self) -> None:
        """Serve what was prepared; answer what waits for the versions that it replaces, and free them."""
        if self._prepared is None:
            raise RuntimeError("nothing was prepared")
        before, self._snapshot = self._snapshot, self._prepared
        self._prepared, self._loaded = None, []
        stays = {(each.name, each.version) for each in self._snapshot.served}
        gone = [each for planned, each in before.served.items() if (planned.name, planned.version) not in stays]
        for listener in self._listeners:
            listener(gone)
        for planned, each in before.served.items():
            if planned not in self._snapshot.served:
                each.batcher.stop()

    def abort(self) -> None:
        """Free what was prepared."""
        for each in self._loaded:
            each.batcher.stop()
        self._prepared, self._loaded = None, []

    def stop(self) -> None:
        """Answer what waits in the queues, then stop the batchers."""
        for each in self:
            each.batcher.stop()


def _not_found(snapshot: Snapshot, name: str, version: int, alias: str) -> ServingError:
    """The reason why nothing was found. Messages say *label*, as the request's field is called."""
    if alias and version:
        return InvalidRequest(f"the request names version {version} and label {alias!r}: name one of them")
    names = sorted(snapshot.plan.models)
    if not names:
        return NoModel("no model is loaded: try again later, or another server")
    if not name and len(names) > 1:
        return ModelNotFound(f"name the model: this server has {', '.join(names)}")
    name = name or names[0]
    if name not in names:
        return ModelNotFound(f"no model {name!r}: this server has {', '.join(names)}")
    served = ", ".join(_with_aliases(snapshot, name, each) for each in snapshot.plan.of(name))
    asked = repr(alias) if alias else version
    return ModelNotFound(f"no version {asked} of model {name!r}: this server has {served}")


def _with_aliases(snapshot: Snapshot, name: str, version: int) -> str:
    aliases = snapshot.aliases.get((name, version))
    return f"{version} ({', '.join(aliases)})" if aliases else str(version)
