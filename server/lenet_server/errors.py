"""The errors of calls and of starting a server. `rpc/statuses` maps those of calls to gRPC statuses."""


class ServingError(Exception):
    """A call failed. The caller reads the message."""


class InvalidRequest(ServingError):
    """The request is invalid: retrying does not help."""


class MessageTooLarge(ServingError):
    """The request exceeds the server's size limit."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__(
            f"received message larger than max ({length} vs. {most}): send fewer images in one request, or raise the "
            "server's --max-message-bytes"
        )


class ModelNotFound(ServingError):
    """No such model or version is served."""


class Unauthenticated(ServingError):
    """The call has no token, or an unknown one."""


class PermissionDenied(ServingError):
    """The caller's token does not allow the method."""


class NotSupported(ServingError):
    """The server does not support the operation, or not with its settings."""


class QueueFull(ServingError):
    """The queue is full."""


class Unavailable(ServingError):
    """The server is shutting down."""

    def __init__(self) -> None:
        super().__init__("the server is shutting down: try another one")


class ModelRetired(ServingError):
    """The version of the model was just unloaded. A new lookup finds the version that is served now."""

    def __init__(self) -> None:
        super().__init__("this version of the model has left service: try again")


class NoModel(ServingError):
    """The server is running without a model."""


class NotLoadable(ServingError):
    """A model cannot be loaded or unloaded by an API call. The message says why."""


class DeadlineExceeded(ServingError):
    """The deadline passed while the call was queued; nothing was computed for it."""


class CallerGone(ServingError):
    """The caller cancelled or disconnected while the call was queued; nothing was computed for it."""


class SettingsRefused(Exception):
    """The settings conflict, or name a file that cannot be used. The message names the flag to change."""


class PortUnavailable(Exception):
    """A port cannot be opened. The message names the address, the reason and the flag that changes it."""

    def __init__(self, host: str, port: int, flag: str, reason: str = "is another server there?") -> None:
        super().__init__(f"cannot listen on {host}:{port} (--host, {flag}): {reason}")


class ModelRejected(Exception):
    """A model file cannot be served. Raised while loading, never while serving; the message says why."""


class PlanRejected(ModelRejected):
    """Versions of the plan cannot be served.

    Attributes: `reasons`, by name and version.
    """

    def __init__(self, reasons: dict[tuple[str, int], str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        return "; ".join(f"model {name} version {number}: {why}" for (name, number), why in self.reasons.items())
