"""Selects the protocol that a client speaks."""

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

from lenet_client._errors import ImageError
from lenet_client._lenet_protocol import LenetProtocol
from lenet_client._operation import ServerProtocol
from lenet_client._preprocessing import Fit
from lenet_client._results import ImageResult, Prediction

ProtocolName: TypeAlias = Literal["lenet", "oip"]


def select_protocol(name: str, labels: Sequence[str] | None, fit: Fit | None) -> ServerProtocol:
    """The protocol with this name. Raises ValueError for an unknown name, or options of the other protocol."""
    if name == "lenet":
        if labels is not None or fit is not None:
            raise ValueError("labels and fit are for protocol 'oip': a lenet server has both in its model")
        return LenetProtocol()
    if name == "oip":
        if fit not in (None, *get_args(Fit)):
            raise ValueError(f"fit is {fit!r}: {' or '.join(map(repr, get_args(Fit)))} is expected")
        from lenet_client._inference_protocol import InferenceProtocol  # building its messages takes milliseconds

        return InferenceProtocol(labels, fit)
    raise ValueError(f"protocol is {name!r}: 'lenet' or 'oip' is expected")


def prediction_or_raise(result: ImageResult) -> Prediction:
    """The prediction; raises the result where it is an ImageError."""
    if isinstance(result, ImageError):
        raise result
    return result
