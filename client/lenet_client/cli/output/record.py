"""The result for one picture, as it is written."""

from typing import NamedTuple

from lenet_client import ImageError, Prediction


class Record(NamedTuple):
    """Path and result of one picture: either `error` or `label`, `score` and `top` are set."""

    path: str
    label: str | None
    score: float | None
    top: tuple[tuple[str, float], ...]
    error: str | None
    uncertain: bool | None = None
    """Whether the score is below --min-score; None without --min-score or without a score."""

    @classmethod
    def of(cls, path: str, result: Prediction | ImageError, min_score: float | None = None) -> "Record":
        """The record of a result."""
        if isinstance(result, ImageError):
            return cls(path, None, None, (), result.reason)
        uncertain = None if min_score is None else result.score < min_score
        return cls(path, result.label, result.score, result.top, None, uncertain)
