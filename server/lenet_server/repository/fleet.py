"""Those that serve by a plan: all of them, or none."""

from typing import Protocol

from lenet_server.repository.plan import Plan


class Fleet(Protocol):
    """One catalog or many, in one process or in many."""

    def apply(self, plan: Plan) -> None:
        """Have everybody serve by the plan, and return when they do; nobody's callers notice the change.

        Raises PlanRejected where a version cannot be served, ModelRejected where nobody is there to serve it, and then
        leaves everything as it was. Called by one thread at a time.
        """
