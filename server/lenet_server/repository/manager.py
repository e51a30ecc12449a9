"""Applies the state of the model repository to the fleet: at the start, by polling, or on API calls."""

import logging
import threading
from collections.abc import Sequence

from lenet_server.errors import ModelNotFound, ModelRejected, NotLoadable, NotSupported, PlanRejected
from lenet_server.repository.fleet import Fleet
from lenet_server.repository.index import IndexEntry, index
from lenet_server.repository.plan import ModelPlan, Plan, PlannedVersion
from lenet_server.repository.planner import plan_load, plan_models
from lenet_server.repository.scan import FoundModel, scan
from lenet_server.repository.version_policy import policy_of
from lenet_server.settings import Settings

log = logging.getLogger(__name__)

EVERYTHING = "*"


class ModelManager:
    """Decides what to serve and applies it to the fleet; implements Control for API calls.

    A version that cannot be served is reported once, and tried again when its file or model.toml has changed.
    """

    def __init__(self, settings: Settings, fleet: Fleet) -> None:
        self._root = settings.model_repository
        self._mode = settings.model_control
        self._poll_seconds = settings.poll_seconds
        self._policy = policy_of(settings)
        self._at_start = frozenset(settings.load_models)
        self._fleet = fleet
        self._changing = threading.Lock()
        # Read without the lock: assigned, never modified.
        self._plan = Plan()
        self._broken: dict[PlannedVersion, str] = {}
        self._problems: dict[str, str] = {}
        self._loaded: frozenset[str] = frozenset()  # by name; used with --model-control explicit
        self._started = False
        self._stopped = threading.Event()
        self._poller = threading.Thread(target=self._poll, name="model repository")

    def start(self) -> None:
        """Apply the plan for the start to the fleet, and start polling if the settings say so.

        Raises ModelRejected where the repository is not there, and where nothing can be served and nothing will be.
        """
        found = scan(self._root)
        if self._mode == "explicit":
            self._loaded = frozenset(found if EVERYTHING in self._at_start else self._at_start)
            for name in sorted(self._loaded - found.keys()):
                log.error("model %s cannot be served: it is not in the model repository %s", name, self._root)
            self._loaded &= found.keys()
            found = {name: found[name] for name in self._loaded}
        with self._changing:
            self._follow(found)
        if not self._plan.models and self._mode == "none":
            raise ModelRejected(f"no model to serve below {self._root}: <name>/<version>/model.onnx is expected")
        self._started = True
        if self._mode == "poll":
            self._poller.start()

    def stop(self) -> None:
        """Stop polling."""
        self._stopped.set()
        if self._poller.is_alive():
            self._poller.join()

    def look(self) -> None:
        """Scan the repository, and serve what can be served of it.

        Raises ModelRejected where the repository is not there.
        """
        with self._changing:
            self._follow(scan(self._root))

    def load(self, name: str) -> None:
        """See Control."""
        self._require_explicit()
        with self._changing:
            model = scan(self._root).get(name)
            if model is None:
                raise ModelNotFound(f"no model {name!r} in the model repository")
            self._broken = {each: why for each, why in self._broken.items() if each.name != name}
            try:
                self._apply(self._plan.replaced(name, plan_load(model, self._policy)))
            except ModelRejected as error:
                raise NotLoadable(f"model {name!r} cannot be loaded: {error}") from error
            self._loaded |= {name}

    def unload(self, name: str) -> None:
        """See Control."""
        self._require_explicit()
        with self._changing:
            if name not in self._loaded:
                raise ModelNotFound(f"model {name!r} is not loaded")
            try:
                self._apply(self._plan.replaced(name, ModelPlan()))
            except ModelRejected as error:
                raise NotLoadable(f"model {name!r} cannot be unloaded: {error}") from error
            self._loaded -= {name}

    def index(self) -> Sequence[IndexEntry]:
        """See Control."""
        try:
            found = scan(self._root)
        except ModelRejected:
            found = {}
        wanted = self._loaded if self._mode == "explicit" else found.keys()
        return index(found, self._policy, self._plan, self._broken, wanted)

    def _require_explicit(self) -> None:
        if self._mode != "explicit":
            raise NotSupported(
                f"callers do not choose what this server loads (--model-control {self._mode}): start it with "
                "--model-control explicit, or change its model repository"
            )

    def _poll(self) -> None:
        missing = False
        while not self._stopped.wait(self._poll_seconds):
            try:
                self.look()
                missing = False
            except ModelRejected as error:
                if not missing:
                    log.error("%s: what is served goes on", error)
                missing = True
            except Exception:  # the border of a thread: the next poll may succeed
                log.exception("the model repository could not be followed")

    def _follow(self, found: dict[str, FoundModel]) -> None:
        """Serve what can be served of what was found."""
        self._report(found)
        on_disk = {each for model in found.values() for each in model.versions.values()}
        self._broken = {each: why for each, why in self._broken.items() if each in on_disk}
        for _ in range(len(on_disk) + 1):  # each round that fails finds one more broken version
            plan = plan_models(found, self._policy, self._plan, self._broken)
            try:
                self._apply(plan)
            except PlanRejected:
                continue
            return

    def _apply(self, plan: Plan) -> None:
        """Apply a new plan to the fleet. Raises PlanRejected after recording the broken versions."""
        before = self._plan
        if plan == before:
            return
        try:
            self._fleet.apply(plan)
        except PlanRejected as error:
            rejected = {each: error.reasons.get((each.name, each.version)) for each in plan}
            self._broken = self._broken | {each: why for each, why in rejected.items() if why}
            log.error("%s", error)
            raise
        self._plan = plan
        self._broken = {each: why for each, why in self._broken.items() if each not in plan.of(each.name).values()}
        if self._started:
            _log_change(before, plan)

    def _report(self, found: dict[str, FoundModel]) -> None:
        """Log, once, the models and versions that cannot be loaded."""
        problems = {name: model.problem for name, model in found.items() if model.problem}
        problems |= {
            f"{name} version {version}": why
            for name, model in found.items()
            for version, why in model.refused.items()
            if not model.problem
        }
        for what, why in problems.items():
            if self._problems.get(what) != why:
                log.error("model %s cannot be served: %s", what, why)
        self._problems = problems


def _log_change(before: Plan, plan: Plan) -> None:
    for name in sorted(before.models.keys() | plan.models.keys()):
        had, has = before.of(name), plan.of(name)
        for version, each in has.items():
            if had.get(version) != each:
                log.info("model %s version %d is served now", name, version)
        for version in had.keys() - has.keys():
            log.info("model %s version %d has left service", name, version)
