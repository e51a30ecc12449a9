"""Makes the call observers that the settings enable."""

from types import ModuleType

from lenet_server.errors import SettingsRefused
from lenet_server.observability.access_log import AccessLog
from lenet_server.observability.call_observer import CallObserver, CallObservers
from lenet_server.settings import Settings


def make_observer(settings: Settings) -> CallObserver | None:
    """Return an observer of all calls, or None if the access log and tracing are off.

    Raises SettingsRefused if tracing is on and OpenTelemetry is not installed.
    """
    observers: list[CallObserver] = []
    if settings.trace_endpoint:
        observers.append(_make_traces(settings))
    if settings.access_log == "on":
        observers.append(AccessLog())
    return CallObservers(observers) if observers else None


def check_installed(settings: Settings) -> None:
    """Raise SettingsRefused if tracing is on and OpenTelemetry is not installed."""
    if settings.trace_endpoint:
        _tracing_module()


def _make_traces(settings: Settings) -> CallObserver:
    tracing = _tracing_module()
    traces: CallObserver = tracing.Traces(tracing.make_exporter(settings.trace_endpoint), settings.trace_sample_ratio)
    return traces


def _tracing_module() -> ModuleType:
    try:
        from lenet_server.observability import tracing
    except ImportError as error:
        raise SettingsRefused(
            f"--trace-endpoint needs OpenTelemetry ({error}): pip install 'lenet-server[tracing]', or unset the flag"
        ) from error
    return tracing
