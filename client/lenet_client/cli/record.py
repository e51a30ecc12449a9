"""One line of results: what became of one picture."""

from dataclasses import dataclass

from lenet_client import ImageError, Prediction


@dataclass(frozen=True)
class Record:
    """The result for one picture. Either `error` or the other three are set."""

    path: str
    label: str | None
    score: float | None
    top: tuple[tuple[str, float], ...]
    error: str | None

    @classmethod
    def of(cls, path: str, result: Prediction | ImageError) -> "Record":
        """The record of a result."""
        if isinstance(result, ImageError):
            return cls(path, None, None, (), result.reason)
        return cls(path, result.label, result.score, result.top, None)
