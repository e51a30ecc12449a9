"""The models that are being served, each with its batcher."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from lenet_server.batcher import Batcher
from lenet_server.errors import ModelNotFound, ModelRejected
from lenet_server.metrics import ModelMetrics
from lenet_server.model import Model
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
        self._served = {(each.model.name, each.model.version): each for each in served}

    def __iter__(self) -> Iterator[ServedModel]:
        """All that is served, by name and version."""
        return iter(self._served[key] for key in sorted(self._served))

    def find(self, name: str, version: int) -> ServedModel:
        """The served model; an empty name means the only one, version 0 the newest. Raises ModelNotFound."""
        names = sorted({each for each, _ in self._served})
        if not name:
            if len(names) != 1:
                raise ModelNotFound(f"name the model: this server has {', '.join(names)}")
            name = names[0]
        versions = sorted(version for each, version in self._served if each == name)
        if not versions:
            raise ModelNotFound(f"no model {name!r}: this server has {', '.join(names)}")
        found = self._served.get((name, version or versions[-1]))
        if found is None:
            have = ", ".join(map(str, versions))
            raise ModelNotFound(f"no version {version} of model {name!r}: this server has {have}")
        return found

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
