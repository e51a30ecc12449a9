"""Version policies: serve the latest versions of a model, all, or specific ones."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from lenet_server.settings import Settings

Kind = Literal["latest", "all", "specific"]


@dataclass(frozen=True)
class VersionPolicy:
    """A policy. `count` is the number of latest versions; `versions` are the specific ones."""

    kind: Kind
    count: int = 1
    versions: frozenset[int] = frozenset()

    def choose(self, versions: Collection[int]) -> set[int]:
        """Return the versions to serve."""
        match self.kind:
            case "latest":
                return set(sorted(versions)[-self.count :])
            case "all":
                return set(versions)
            case "specific":
                return set(versions) & self.versions

    def __str__(self) -> str:
        """Return the policy in words."""
        match self.kind:
            case "latest":
                return f"latest {self.count}"
            case "all":
                return "all"
            case "specific":
                return f"specific {', '.join(map(str, sorted(self.versions)))}"


def policy_of(settings: Settings) -> VersionPolicy:
    """Return the policy for models without their own."""
    if settings.version_policy == "all":
        return VersionPolicy("all")
    return VersionPolicy("latest", settings.versions)
