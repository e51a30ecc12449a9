"""The fleet of a server that is one process."""

from lenet_server.catalog import Catalog
from lenet_server.plan import Plan


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
