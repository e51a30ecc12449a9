"""A table of a TOML file, read key by key: what is wrong, missing or unknown is refused with its name."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from lenet_server.errors import ModelRejected

Value = TypeVar("Value")


class TomlTable:
    """Each key is taken once; finish() refuses the keys that were not taken."""

    def __init__(self, content: Mapping[str, Any], where: str) -> None:
        """`where` goes before the keys in messages: "foreign." for the table [foreign]."""
        self._content = dict(content)
        self._where = where

    def take(self, key: str, check: Callable[[Any], Value | None], wanted: str) -> Value | None:
        """The value of a key as `check` makes it, or None where the table lacks the key.

        Raises ModelRejected where `check` gives None; `wanted` says what would be right.
        """
        if key not in self._content:
            return None
        value = self._content.pop(key)
        checked = check(value)
        if checked is None:
            raise self.wrong(key, f"is {value!r}: {wanted} is expected")
        return checked

    def require(self, key: str, check: Callable[[Any], Value | None], wanted: str) -> Value:
        """The same for a key that must be there."""
        value = self.take(key, check, wanted)
        if value is None:
            raise self.wrong(key, f"is missing: {wanted} is expected")
        return value

    def table(self, key: str) -> "TomlTable | None":
        """The table of that name, or None where there is none."""
        content = self.take(key, lambda value: value if isinstance(value, dict) else None, "a table")
        return None if content is None else TomlTable(content, f"{self._where}{key}.")

    def rest(self) -> dict[str, Any]:
        """All that has not been taken yet."""
        content, self._content = self._content, {}
        return content

    def wrong(self, key: str, problem: str) -> ModelRejected:
        """The error that says what is wrong with a key."""
        return ModelRejected(f"`{self._where}{key}` {problem}")

    def finish(self) -> None:
        """Raise ModelRejected where a key is left."""
        if self._content:
            raise self.wrong(min(self._content), "is not known")
