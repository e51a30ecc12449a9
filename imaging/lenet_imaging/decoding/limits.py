"""How big a picture may be, checked before it is decoded."""

from dataclasses import dataclass, fields

from lenet_imaging.errors import ImageError


@dataclass(frozen=True)
class Limits:
    """The largest file in bytes, the largest picture in pixels (height times width), and the most costly to decode.

    `max_cost` is in pixels of a plain picture, about 12 nanoseconds of one core each: formats that take longer count
    several times, as docs/imaging.md says. Raises ValueError where a limit is not positive.
    """

    max_bytes: int = 32 * 1024 * 1024
    max_pixels: int = 64_000_000
    max_cost: int = 80_000_000

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 1:
                raise ValueError(f"{field.name} must be at least 1, not {getattr(self, field.name)}")

    def check_bytes(self, size: int) -> None:
        """Raise ImageError for a file of no bytes or of too many."""
        if size == 0:
            raise ImageError("the picture is empty (0 bytes)")
        if size > self.max_bytes:
            raise ImageError(
                f"the picture is {size:,} bytes, more than the limit of {self.max_bytes:,} (setting max_bytes)"
            )

    def check_pixels(self, width: int, height: int) -> None:
        """Raise ImageError for a picture of too many pixels."""
        if width * height > self.max_pixels:
            raise ImageError(
                f"the picture is {width}×{height} pixels, more than the limit of {self.max_pixels:,} "
                "(setting max_pixels)"
            )

    def check_cost(self, cost: int) -> None:
        """Raise ImageError for a picture that takes too long to decode."""
        if cost > self.max_cost:
            raise ImageError(
                f"the picture takes as long to decode as {cost:,} pixels of a plain one, more than the limit of "
                f"{self.max_cost:,} (setting max_cost): save it smaller, or as plain JPEG or PNG"
            )


DEFAULT_LIMITS = Limits()
