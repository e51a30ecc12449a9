"""Define the server's errors, independent of gRPC; `rpc.statuses` maps them to status codes."""


class ServingError(Exception):
    """Base class of the errors of a call. The message is sent to the caller."""


class InvalidRequest(ServingError):
    """The request is invalid: retrying will not help."""


class MessageTooLarge(ServingError):
    """The request exceeds --max-message-bytes."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__(
            f"received message larger than max ({length} vs. {most}): send fewer images in one request, or raise the "
            "server's --max-message-bytes"
        )


class ModelNotFound(ServingError):
    """The requested model or version is not served."""


class Unauthenticated(ServingError):
    """The call has no token or an unknown one."""


class PermissionDenied(ServingError):
    """The caller's token does not permit this method."""


class NotSupported(ServingError):
    """The operation is not supported, or not with these settings."""


class QueueFull(ServingError):
    """The queue is full."""


class Unavailable(ServingError):
    """The server is shutting down."""

    def __init__(self) -> None:
        super().__init__("the server is shutting down: try another one")


class ModelRetired(ServingError):
    """The model version was unloaded after the lookup. A new lookup finds the version served now."""

    def __init__(self) -> None:
        super().__init__("this version of the model was unloaded: try again")


class NoModel(ServingError):
    """The server has no model loaded."""


class NotLoadable(ServingError):
    """A model cannot be loaded or unloaded. The message gives the reason."""


class DeadlineExceeded(ServingError):
    """The call's deadline passed while it was queued; it was not computed."""


class CallerGone(ServingError):
    """The caller cancelled or disconnected while the call was queued; it was not computed."""


class SettingsRefused(Exception):
    """Settings conflict or name an invalid file. The message names the flag to change."""


class PortUnavailable(Exception):
    """A port cannot be opened. The message names the address, the reason and the flag that changes it."""

    def __init__(self, host: str, port: int, flag: str, reason: str = "is another server there?") -> None:
        super().__init__(f"cannot listen on {host}:{port} (--host, {flag}): {reason}")


class ModelRejected(Exception):
    """A model cannot be served. The message gives the reason. Raised while loading, never while serving."""


class PlanRejected(ModelRejected):
    """Versions of a plan cannot be served.

    Attributes: `reasons`, by name and version.
    """

    def __init__(self, reasons: dict[tuple[str, int], str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        return "; ".join(f"model {name} version {number}: {why}" for (name, number), why in self.reasons.items())
