"""How one image is made from a digit: page, ink, illumination and camera; the defaults corrupt nothing."""

from dataclasses import dataclass

Colour = tuple[int, int, int]  # red, green, blue: 0 to 255


@dataclass(frozen=True)
class RuledLines:
    """Lines printed on the page. Lengths are fractions of the digit's longer side; `strength` is the ink's opacity."""

    spacing: float
    thickness: float
    strength: float
    degrees: float = 0.0
    offset: float = 0.0  # fraction of the spacing
    squared: bool = False  # with vertical lines too


@dataclass(frozen=True)
class Shadow:
    """The shadow of a round object beside the image. Lengths are fractions of the image's shorter side."""

    light: float  # fraction of the light that is left in the shadow
    degrees: float  # direction of the object, seen from the centre
    reach: float  # from the centre to the shadow's edge; negative if the centre stays lit
    softness: float
    radius: float = 1.5


@dataclass(frozen=True)
class Recipe:
    """One image. The digit's longer side is `part` of the image's shorter side, but at least the dataset's own size.

    `down` and `across` place the digit in the free space: 0 at the top or left edge of the page, 1 at the other.
    """

    height: int = 280
    width: int = 280
    part: float = 0.6
    down: float = 0.5
    across: float = 0.5
    degrees: float = 0.0
    ink: Colour = (25, 25, 30)
    paper: Colour = (240, 240, 238)
    ruled_lines: RuledLines | None = None
    frame: float = 0.0  # thickness of a box around the digit, as a fraction of its longer side; 0 for none
    desk: tuple[float, float, float, float] = (
        0,
        0,
        0,
        0,
    )  # fraction of the image that the desk takes at the top, right, bottom and left
    desk_colour: Colour = (20, 18, 16)
    gradient: float = 1.0  # light at the far end, as a fraction of that at the near end
    gradient_degrees: float = 0.0
    shadow: Shadow | None = None
    blur: float = 0.0  # standard deviation, as a fraction of the digit's longer side
    noise: float = 0.0  # standard deviation in grey levels
    quality: int | None = None  # of JPEG; None for PNG
