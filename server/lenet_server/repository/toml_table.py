"""A TOML table, read key by key. Invalid, missing and unknown keys are refused by name."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from lenet_server.errors import ModelRejected

Value = TypeVar("Value")


class TomlTable:
    """Each key is taken once; finish() refuses the keys that were not taken."""

    def __init__(self, content: Mapping[str, Any], where: str) -> None:
        """`where` is the prefix of keys in messages: "foreign." for the table [foreign]."""
        self._content = dict(content)
        self._where = where

    def take(self, key: str, check: Callable[[Any], Value | None], wanted: str) -> Value | None:
        """Return the value of a key as converted by `check`, or None without such a key.

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
        """Return the value of a required key, as take() does."""
        value = self.take(key, check, wanted)
        if value is None:
            raise self.wrong(key, f"is missing: {wanted} is expected")
        return value

    def table(self, key: str) -> "TomlTable | None":
        """Return the sub-table of that name, or None."""
        content = self.take(key, lambda value: value if isinstance(value, dict) else None, "a table")
        return None if content is None else TomlTable(content, f"{self._where}{key}.")

    def rest(self) -> dict[str, Any]:
        """Return the keys and values not taken yet."""
        content, self._content = self._content, {}
        return content

    def wrong(self, key: str, problem: str) -> ModelRejected:
        """Return the error for a key."""
        return ModelRejected(f"`{self._where}{key}` {problem}")

    def finish(self) -> None:
        """Raise ModelRejected if a key was not taken."""
        if self._content:
            raise self.wrong(min(self._content), "is not known")
