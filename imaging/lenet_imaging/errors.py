"""The one error of this package: a picture that cannot be used."""


class ImageError(ValueError):
    """The bytes are no picture, a damaged one, one beyond the limits, or one without ink.

    The message is a sentence for the person who sent the picture. It tells sizes and formats, never contents.
    """
