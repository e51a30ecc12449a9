"""Which of a model's versions are to be served: the latest few, all, or specific ones."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from lenet_server.settings import Settings

Kind = Literal["latest", "all", "specific"]


@dataclass(frozen=True)
class VersionPolicy:
    """`count` says how many are the latest; `versions` which are the specific ones."""

    kind: Kind
    count: int = 1
    versions: frozenset[int] = frozenset()

    def choose(self, versions: Collection[int]) -> set[int]:
        """Those of the versions that are to be served."""
        match self.kind:
            case "latest":
                return set(sorted(versions)[-self.count :])
            case "all":
                return set(versions)
            case "specific":
                return set(versions) & self.versions

    def __str__(self) -> str:
        """The policy in words."""
        match self.kind:
            case "latest":
                return f"latest {self.count}"
            case "all":
                return "all"
            case "specific":
                return f"specific {', '.join(map(str, sorted(self.versions)))}"


def policy_of(settings: Settings) -> VersionPolicy:
    """The policy for models that have none of their own."""
    if settings.version_policy == "all":
        return VersionPolicy("all")
    return VersionPolicy("latest", settings.versions)
