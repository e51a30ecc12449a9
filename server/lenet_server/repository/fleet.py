"""The interface to the processes that serve a plan: all of them, or none."""

from typing import Protocol

from lenet_server.repository.plan import Plan


class Fleet(Protocol):
    """One or several catalogs, in one or several processes."""

    def apply(self, plan: Plan) -> None:
        """Serve by the plan in all catalogs, and return when they do. Calls in flight are not affected.

        Raises PlanRejected where a version cannot be served, ModelRejected where no worker is running, and then
        leaves everything as it was. Called by one thread at a time.
        """
