"""Pictures brought into a model's form on this side, for servers that take arrays alone: lenet-client[oip]."""

from typing import Literal, TypeAlias

from lenet_client._errors import ImageError, NotSupported
from lenet_client._images import Content, Pixels

Fit: TypeAlias = Literal["ink", "resize"]


class Pictures:
    """Makes pixels of pictures, as a lenet server does. Without `fit`, arrays pass and pictures are refused."""

    def __init__(self, fit: Fit | None) -> None:
        self._fit = fit

    def pixels(self, content: Content, shape: tuple[int, int, int]) -> Pixels:
        """The content as an array of this shape: (C, H, W).

        Raises ImageError for what is no picture, or an array of another shape; NotSupported where pictures are refused.
        """
        if isinstance(content, Pixels):
            if tuple(content.shape) != shape:
                raise ImageError(f"the array is {list(content.shape)}: the model takes {list(shape)}")
            return content
        if self._fit is None:
            raise NotSupported(
                "over the Open Inference Protocol pictures are brought into the model's form here, and only you know "
                f"how it was trained: say fit='ink' or fit='resize', or send arrays uint8 {list(shape)}"
            )
        try:
            import lenet_imaging
        except ModuleNotFoundError as error:
            raise NotSupported(f"fit={self._fit!r} needs lenet-imaging: pip install 'lenet-client[oip]'") from error
        try:
            array = lenet_imaging.prepare(content, lenet_imaging.Preprocessing(self._fit, *shape))
        except lenet_imaging.ImageError as error:
            raise ImageError(str(error)) from error
        return Pixels(array.shape, array.tobytes())
