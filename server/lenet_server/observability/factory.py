"""Who watches calls, as the settings ask for it."""

from types import ModuleType

from lenet_server.errors import SettingsRefused
from lenet_server.observability.access_log import AccessLog
from lenet_server.observability.call_observer import CallObserver, CallObservers
from lenet_server.settings import Settings


def observer_for(settings: Settings) -> CallObserver | None:
    """The observer of all calls, or None where nobody watches.

    Raises SettingsRefused where traces are asked for and OpenTelemetry is not installed.
    """
    observers: list[CallObserver] = []
    if settings.trace_endpoint:
        observers.append(_traces(settings))
    if settings.access_log == "on":
        observers.append(AccessLog())
    return CallObservers(observers) if observers else None


def check_installed(settings: Settings) -> None:
    """Raise SettingsRefused where traces are asked for and OpenTelemetry is not installed."""
    if settings.trace_endpoint:
        _tracing()


def _traces(settings: Settings) -> CallObserver:
    tracing = _tracing()
    traces: CallObserver = tracing.Traces(tracing.exporter_to(settings.trace_endpoint), settings.trace_sample_ratio)
    return traces


def _tracing() -> ModuleType:
    try:
        from lenet_server.observability import tracing
    except ImportError as error:
        raise SettingsRefused(
            f"--trace-endpoint needs OpenTelemetry ({error}): pip install 'lenet-server[tracing]', or leave it empty"
        ) from error
    return tracing
