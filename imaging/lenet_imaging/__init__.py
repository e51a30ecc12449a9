"""From the bytes of a picture file to a model's input array: the one preprocessing, for training and for serving."""

from lenet_imaging.decoding.decode import decode
from lenet_imaging.decoding.limits import Limits
from lenet_imaging.digits.fit_ink import Fitted
from lenet_imaging.digits.pyramid import Box
from lenet_imaging.digits.several import Glyph
from lenet_imaging.encode import encode_png
from lenet_imaging.errors import ImageError
from lenet_imaging.prepare import fit, fit_counted, fit_glyphs, glyphs, ground_for, prepare, prepare_counted
from lenet_imaging.preprocessing import Fit, Preprocessing

__all__ = [
    "Box",
    "Fit",
    "Fitted",
    "Glyph",
    "ImageError",
    "Limits",
    "Preprocessing",
    "decode",
    "encode_png",
    "fit",
    "fit_counted",
    "fit_glyphs",
    "glyphs",
    "ground_for",
    "prepare",
    "prepare_counted",
]
