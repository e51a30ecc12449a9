"""What can go wrong with a call, without a word about gRPC; `statuses` says which status each becomes."""


class ServingError(Exception):
    """A call that gets no answer. Its message is for the caller to read."""


class InvalidRequest(ServingError):
    """The request is wrong in itself: sending it again will not help."""


class MessageTooLarge(ServingError):
    """The request is larger than this server takes."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__(
            f"received message larger than max ({length} vs. {most}): send fewer images in one request, or raise the "
            "server's --max-message-bytes"
        )


class ModelNotFound(ServingError):
    """No such model or version is served."""


class Unauthenticated(ServingError):
    """The caller brought no token, or one that this server does not know."""


class PermissionDenied(ServingError):
    """The caller's token does not allow what it asks for."""


class NotSupported(ServingError):
    """What the caller wants done is not done here, or only in another set-up."""


class QueueFull(ServingError):
    """More calls wait than the queue holds."""


class Unavailable(ServingError):
    """The server is shutting down."""

    def __init__(self) -> None:
        super().__init__("the server is shutting down: try another one")


class ModelRetired(ServingError):
    """The version of the model has just left service. Whoever looks the model up anew finds what is served now."""

    def __init__(self) -> None:
        super().__init__("this version of the model has left service: try again")


class NoModel(ServingError):
    """The server runs, and has no model to answer with."""


class NotLoadable(ServingError):
    """The model that a caller wants loaded or unloaded cannot be, and why."""


class DeadlineExceeded(ServingError):
    """The caller's deadline passed while the call waited; nothing was computed for it."""


class CallerGone(ServingError):
    """The caller cancelled or hung up while the call waited; nothing was computed for it."""


class SettingsRefused(Exception):
    """Settings that do not fit together, or name a file that cannot be used. The message says which flag to change."""


class PortUnavailable(Exception):
    """A port cannot be opened. The message names the address, the reason and the flag that changes it."""

    def __init__(self, host: str, port: int, flag: str, reason: str = "is another server there?") -> None:
        super().__init__(f"cannot listen on {host}:{port} (--host, {flag}): {reason}")


class ModelRejected(Exception):
    """A model file that cannot be served, and why. Raised while loading, never while serving."""


class PlanRejected(ModelRejected):
    """Versions that are to be served and cannot be.

    Attributes: `reasons`, by name and version.
    """

    def __init__(self, reasons: dict[tuple[str, int], str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        return "; ".join(f"model {name} version {number}: {why}" for (name, number), why in self.reasons.items())
