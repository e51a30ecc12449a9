"""From the bytes of a picture file to a model's input array: the one preprocessing, for training and for serving."""

from lenet_imaging.decoding.decode import decode
from lenet_imaging.decoding.limits import Limits
from lenet_imaging.encode import encode_png
from lenet_imaging.errors import ImageError
from lenet_imaging.prepare import fit, prepare
from lenet_imaging.preprocessing import Preprocessing

__all__ = ["ImageError", "Limits", "Preprocessing", "decode", "encode_png", "fit", "prepare"]
