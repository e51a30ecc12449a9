"""A fleet as tests of the manager need one: it serves every file but those that are broken."""

from collections.abc import Callable

from lenet_server.errors import ModelRejected, PlanRejected
from lenet_server.repository.manager import ModelManager
from lenet_server.repository.plan import Plan

Make = Callable[..., ModelManager]

BROKEN = b"broken"


class Served:
    """A fleet that serves every file but those that are broken."""

    def __init__(self) -> None:
        self.plan = Plan()
        self.tries = 0
        self.closed = False

    def apply(self, plan: Plan) -> None:
        self.tries += 1
        if self.closed:
            raise ModelRejected("the server is shutting down")
        broken = {(each.name, each.version): "it is broken" for each in plan if each.path.read_bytes() == BROKEN}
        if broken:
            raise PlanRejected(broken)
        self.plan = plan

    def versions(self) -> list[tuple[str, int]]:
        return [(each.name, each.version) for each in self.plan]


def entries(manager: ModelManager) -> dict[tuple[str, int], tuple[str, str]]:
    return {(name, version): (state, reason) for name, version, state, reason in manager.index()}
