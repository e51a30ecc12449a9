"""The models that are being served, each with its batcher."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from lenet_server.batcher import Batcher
from lenet_server.errors import ModelNotFound, ModelRejected
from lenet_server.model import Model
from lenet_server.model_metrics import ModelMetrics
from lenet_server.repository import find_models

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServedModel:
    """A loaded model, the queue before it, and what is counted about it."""

    model: Model
    batcher: Batcher
    metrics: ModelMetrics


class Catalog:
    """Finds the model that a call asks for."""

    def __init__(self, served: list[ServedModel]) -> None:
        self._served = sorted(served, key=lambda each: (each.model.name, each.model.version))
        self._found: dict[tuple[str, int], ServedModel] = {}
        for each in self._served:
            self._found[each.model.name, each.model.version] = each
            self._found[each.model.name, 0] = each  # the last one is the newest
        self._names = sorted({each.model.name for each in served})
        if len(self._names) == 1:
            self._found |= {("", version): each for (_, version), each in self._found.items()}

    def __iter__(self) -> Iterator[ServedModel]:
        """All that is served, by name and version."""
        return iter(self._served)

    def find(self, name: str, version: int) -> ServedModel:
        """The served model; an empty name means the only one, version 0 the newest. Raises ModelNotFound."""
        found = self._found.get((name, version))
        if found is None:
            raise ModelNotFound(self._missing(name, version))
        return found

    def _missing(self, name: str, version: int) -> str:
        names = ", ".join(self._names)
        if not name and len(self._names) > 1:
            return f"name the model: this server has {names}"
        name = name or self._names[0]
        versions = ", ".join(str(each.model.version) for each in self._served if each.model.name == name)
        if not versions:
            return f"no model {name!r}: this server has {names}"
        return f"no version {version} of model {name!r}: this server has {versions}"

    def start(self) -> None:
        """Begin to compute."""
        for each in self:
            each.batcher.start()

    def stop(self) -> None:
        """Answer what waits in the queues, then end them."""
        for each in self:
            each.batcher.stop()


def load(root: Path, load_model: Callable[[str, int, Path], Model], serve: Callable[[Model], ServedModel]) -> Catalog:
    """Load the newest version of each model below `root` that can be loaded.

    A version that cannot is logged with the reason, and the one before it is tried. Raises ModelRejected where
    nothing is left to serve.
    """
    with ExitStack() as undo:
        served = []
        for name, files in find_models(root).items():
            model = _newest(name, files, load_model)
            if model:
                served.append(serve(model))
                undo.callback(served[-1].batcher.stop)
        if not served:
            raise ModelRejected(f"no model to serve below {root}: <name>/<version>/model.onnx is expected")
        undo.pop_all()
    return Catalog(served)


def _newest(name: str, files: dict[int, Path], load_model: Callable[[str, int, Path], Model]) -> Model | None:
    for version in sorted(files, reverse=True):
        try:
            return load_model(name, version, files[version])
        except ModelRejected as error:
            log.error("model %s version %d cannot be served: %s", name, version, error)
    return None
