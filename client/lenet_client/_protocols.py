"""Which protocol a client speaks, and what both clients do around it."""

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

from lenet_client._batches import Result
from lenet_client._errors import ImageError
from lenet_client._lenet_protocol import LenetProtocol
from lenet_client._operation import ServerProtocol
from lenet_client._preprocessing import Fit
from lenet_client._results import Prediction

ProtocolName: TypeAlias = Literal["lenet", "oip"]


def protocol_of(name: str, labels: Sequence[str] | None, fit: Fit | None) -> ServerProtocol:
    """The protocol by its name. Raises ValueError for an unknown one, and for parameters of another one."""
    if name == "lenet":
        if labels is not None or fit is not None:
            raise ValueError("labels and fit are for protocol 'oip': a lenet server knows both by itself")
        return LenetProtocol()
    if name == "oip":
        if fit not in (None, *get_args(Fit)):
            raise ValueError(f"fit is {fit!r}: {' or '.join(map(repr, get_args(Fit)))} is expected")
        from lenet_client._inference_protocol import InferenceProtocol  # its messages cost time to make

        return InferenceProtocol(labels, fit)
    raise ValueError(f"protocol is {name!r}: 'lenet' or 'oip' is expected")


def single(result: Result) -> Prediction:
    """The prediction for an only image; raises its ImageError."""
    if isinstance(result, ImageError):
        raise result
    return result
