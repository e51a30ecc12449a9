"""A manager of a temporary repository, and the fleet that it applies its plans to."""

from pathlib import Path

import pytest

from lenet_server.repository.manager import ModelManager
from lenet_server.settings import Settings
from tests.support.server.fleet import Make, Served


@pytest.fixture
def fleet() -> Served:
    """A fleet that serves nothing yet."""
    return Served()


@pytest.fixture
def manage(tmp_path: Path, fleet: Served) -> Make:
    """What starts a manager of tmp_path, with some settings."""

    def make(**settings: object) -> ModelManager:
        manager = ModelManager(Settings(model_repository=tmp_path, **settings), fleet)  # type: ignore[arg-type]
        manager.start()
        return manager

    return make
