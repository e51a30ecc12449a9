"""One line of results: what became of one picture."""

from typing import NamedTuple

from lenet_client import ImageError, Prediction


class Record(NamedTuple):
    """The result for one picture. Either `error` or the three before it are set."""

    path: str
    label: str | None
    score: float | None
    top: tuple[tuple[str, float], ...]
    error: str | None
    uncertain: bool | None = None
    """Whether the score is below --min-score; None without --min-score, and where there is no score."""

    @classmethod
    def of(cls, path: str, result: Prediction | ImageError, min_score: float | None = None) -> "Record":
        """The record of a result."""
        if isinstance(result, ImageError):
            return cls(path, None, None, (), result.reason)
        uncertain = None if min_score is None else result.score < min_score
        return cls(path, result.label, result.score, result.top, None, uncertain)
