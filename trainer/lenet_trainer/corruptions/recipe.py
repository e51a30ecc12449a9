"""How one picture is made of a digit: sheet, ink, light and camera, each harmless until it is changed."""

from dataclasses import dataclass

Colour = tuple[int, int, int]  # red, green, blue: 0 to 255


@dataclass(frozen=True)
class Rules:
    """Printed lines on the sheet. Lengths are parts of the digit's longer side, `strength` the part of ink in them."""

    spacing: float
    thickness: float
    strength: float
    degrees: float = 0.0
    offset: float = 0.0  # part of the spacing
    squared: bool = False  # vertical ones too


@dataclass(frozen=True)
class Shadow:
    """The shadow of a round thing beside the picture. Lengths are parts of the picture's shorter side."""

    light: float  # what is left of it in the shadow
    degrees: float  # where the thing lies, seen from the middle
    reach: float  # how far its edge comes, from the middle: negative where the middle stays in the light
    softness: float
    radius: float = 1.5


@dataclass(frozen=True)
class Recipe:
    """One picture. The digit's longer side is `part` of the picture's shorter one, and at least the dataset's own size.

    `down` and `across` say where in the free room it lies: 0 at one edge of the sheet, 1 at the other.
    """

    height: int = 280
    width: int = 280
    part: float = 0.6
    down: float = 0.5
    across: float = 0.5
    degrees: float = 0.0
    ink: Colour = (25, 25, 30)
    paper: Colour = (240, 240, 238)
    rules: Rules | None = None
    frame: float = 0.0  # thickness of a box around the digit, as a part of its longer side; 0 for none
    desk: tuple[float, float, float, float] = (
        0,
        0,
        0,
        0,
    )  # of the sides, how much is no paper: top, right, bottom, left
    desk_colour: Colour = (20, 18, 16)
    gradient: float = 1.0  # the light at the far end, as a part of that at the near one
    gradient_degrees: float = 0.0
    shadow: Shadow | None = None
    blur: float = 0.0  # standard deviation as a part of the digit's longer side
    noise: float = 0.0  # standard deviation in grey levels
    quality: int | None = None  # of JPEG; None for PNG
