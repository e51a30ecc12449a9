"""Those that serve by a plan: all of them, or none."""

from typing import Protocol

from lenet_server.catalog import Catalog
from lenet_server.plan import Plan


class Fleet(Protocol):
    """One catalog or many, in one process or in many."""

    def apply(self, plan: Plan) -> None:
        """Have everybody serve by the plan, and return when they do; nobody's callers notice the change.

        Raises PlanRejected, and leaves everything as it was, where a version cannot be served. Called by one thread
        at a time.
        """


class LocalFleet:
    """A fleet of one: the catalog of this process."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def apply(self, plan: Plan) -> None:
        """See Fleet."""
        try:
            self._catalog.prepare(plan)
        except BaseException:
            self._catalog.abort()
            raise
        self._catalog.commit()
