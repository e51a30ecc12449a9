"""Preprocesses pictures in the client, for servers that take only arrays. Needs lenet-client[oip]."""

from typing import Literal, TypeAlias

from lenet_client._errors import ImageError, NotSupported
from lenet_client._images import ImageContent, PixelArray

Fit: TypeAlias = Literal["ink", "resize"]


class Preprocessor:
    """Turns pictures into model input as a lenet server does. Without `fit`, only arrays are accepted."""

    def __init__(self, fit: Fit | None) -> None:
        self._fit = fit

    def prepare(self, content: ImageContent, shape: tuple[int, int, int]) -> PixelArray:
        """The image as an array of this shape, (C, H, W).

        Raises ImageError for an array of another shape or a picture that cannot be decoded, NotSupported for a picture
        without `fit` or without lenet-imaging.
        """
        if isinstance(content, PixelArray):
            if tuple(content.shape) != shape:
                raise ImageError(f"the array is {list(content.shape)}: the model takes {list(shape)}")
            return content
        if self._fit is None:
            raise NotSupported(
                "over the Open Inference Protocol the client preprocesses pictures, and has to know how the model was "
                f"trained: say fit='ink' or fit='resize', or send arrays uint8 {list(shape)}"
            )
        try:
            import lenet_imaging
        except ModuleNotFoundError as error:
            raise NotSupported(f"fit={self._fit!r} needs lenet-imaging: pip install 'lenet-client[oip]'") from error
        try:
            array = lenet_imaging.prepare(content, lenet_imaging.Preprocessing(self._fit, *shape))
        except lenet_imaging.ImageError as error:
            raise ImageError(str(error)) from error
        return PixelArray(array.shape, array.tobytes())
