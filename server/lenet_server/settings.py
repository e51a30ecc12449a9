"""Define the server's settings: each field is a flag and an environment variable.

`max_batch_size` is `--max-batch-size` and `LENET_SERVER_MAX_BATCH_SIZE`. Flags override environment variables.
"""

import argparse
import os
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lenet_server.setting_values import AUTO, file, names, number, one_of, receiver, whole, whole_or_auto

PREFIX = "LENET_SERVER_"
# For a Service called lenet-server, Kubernetes sets LENET_SERVER_PORT to a URL such as tcp://10.0.0.1:50051.
KUBERNETES = re.compile(r"(tcp|udp|sctp)://.*")


def _setting(default: Any, parse: Callable[[str], Any], metavar: str, text: str) -> Any:
    return field(default=default, metadata={"parse": parse, "metavar": metavar, "help": text})


@dataclass(frozen=True)
class Settings:
    """Server configuration. `lenet-server --help` lists each field's meaning, default and unit."""

    model_repository: Path = _setting(
        Path("models"), Path, "DIR", "model repository, laid out as NAME/VERSION/model.onnx"
    )
    version_policy: str = _setting(
        "latest",
        one_of("latest", "all"),
        "POLICY",
        "model versions to serve, unless model.toml sets a policy: latest or all",
    )
    versions: int = _setting(1, whole(1, 1000), "N", "number of latest versions to serve per model")
    model_control: str = _setting(
        "none",
        one_of("none", "poll", "explicit"),
        "MODE",
        "when to load models: none (at startup only), poll (on repository changes) or explicit (on request)",
    )
    poll_seconds: float = _setting(
        5.0, number(0.1, 86_400), "SECONDS", "seconds between repository polls, with --model-control poll"
    )
    load_models: tuple[str, ...] = _setting(
        (),
        names,
        "NAMES",
        "models to load at startup, with --model-control explicit: comma-separated names, or * for all",
    )
    host: str = _setting("127.0.0.1", str, "HOST", "address to bind; 0.0.0.0 for all IPv4 interfaces")
    port: int = _setting(50051, whole(0, 65535), "PORT", "gRPC port; 0 picks a free port")
    http_port: int = _setting(
        8080, whole(0, 65535), "PORT", "HTTP port of /metrics, /livez and /readyz; 0 picks a free port"
    )
    transport: str = _setting(
        "auto",
        one_of("auto", "native", "grpcio"),
        "TRANSPORT",
        "gRPC transport: native (pygrpc-native, plaintext only), grpcio, or auto (native where supported)",
    )
    workers: int | str = _setting(
        AUTO, whole_or_auto(1, 1024), "N", "number of worker processes; auto: one per usable core"
    )
    pin_workers: str = _setting(
        "yes",
        one_of("yes", "no"),
        "YES_OR_NO",
        "pin each of several workers to its own core, if there are enough cores: yes or no",
    )
    worker_timeout_seconds: float = _setting(
        30.0, number(0.1, 3600), "SECONDS", "seconds before an unresponsive worker is killed and replaced"
    )
    load_timeout_seconds: float = _setting(
        300.0,
        number(1, 86_400),
        "SECONDS",
        "seconds before a worker that is still loading its models is killed and replaced",
    )
    max_batch_size: int = _setting(64, whole(1, 4096), "IMAGES", "maximum images per batch")
    max_queue_delay_ms: float = _setting(
        0.0, number(0, 10_000), "MS", "maximum milliseconds an idle model waits to fill a batch; 0 runs at once"
    )
    max_queue_size: int = _setting(
        1024, whole(1, 16_384), "REQUESTS", "maximum queued requests per model; further requests are rejected"
    )
    max_images_per_request: int = _setting(4096, whole(1, 2**20), "IMAGES", "maximum images per request")
    max_streams: int = _setting(64, whole(1, 16_384), "STREAMS", "maximum concurrently open streaming calls")
    max_message_bytes: int = _setting(
        64 * 2**20, whole(1024, 2**31 - 1), "BYTES", "maximum request message size in bytes"
    )
    max_metadata_bytes: int = _setting(
        16 * 2**10, whole(1024, 2**20), "BYTES", "maximum size of a call's metadata in bytes"
    )
    max_concurrent_streams: int = _setting(
        1024, whole(1, 2**20), "CALLS", "maximum concurrent calls per connection (HTTP/2 MAX_CONCURRENT_STREAMS)"
    )
    max_image_bytes: int = _setting(
        32 * 2**20, whole(1, 2**31 - 1), "BYTES", "maximum size of an encoded image in bytes"
    )
    max_image_pixels: int = _setting(
        64_000_000, whole(1, 2**30), "PIXELS", "maximum width × height of a decoded image in pixels"
    )
    max_image_cost: int = _setting(
        80_000_000,
        whole(1, 2**31 - 1),
        "PIXELS",
        "maximum cost of decoding an image, in pixels of a plain one; costly formats count several times",
    )
    inference_threads: int = _setting(
        0, whole(0, 1024), "THREADS", "inference threads per worker; 0 divides the usable cores between the workers"
    )
    tls_certificate: Path | None = _setting(
        None, file, "FILE", "PEM file with the server's certificate chain; enables TLS for gRPC"
    )
    tls_key: Path | None = _setting(None, file, "FILE", "PEM file with the certificate's private key")
    tls_client_ca: Path | None = _setting(
        None, file, "FILE", "PEM file with the CA certificates that verify clients; enables mutual TLS"
    )
    token_file: Path | None = _setting(
        None,
        file,
        "FILE",
        "file of accepted tokens, one per line: `inference TOKEN`, or `control TOKEN` to allow loading "
        "and unloading models too",
    )
    reflection: str = _setting("on", one_of("on", "off"), "ON_OR_OFF", "gRPC server reflection: on or off")
    keepalive_time_seconds: float = _setting(
        60.0, number(1, 86_400), "SECONDS", "seconds a connection is idle before the server sends a keepalive ping"
    )
    keepalive_timeout_seconds: float = _setting(
        20.0, number(1, 3600), "SECONDS", "seconds to wait for a ping acknowledgement before closing the connection"
    )
    min_ping_interval_seconds: float = _setting(
        5.0,
        number(0, 86_400),
        "SECONDS",
        "minimum seconds between a client's pings; clients that keep pinging more often are disconnected",
    )
    max_connection_age_seconds: float = _setting(
        0.0,
        number(0, 2_000_000),
        "SECONDS",
        "seconds before a client is asked to reconnect, for load balancing; 0 for no limit",
    )
    max_connection_age_grace_seconds: float = _setting(
        60.0, number(1, 2_000_000), "SECONDS", "seconds for calls to finish after the maximum connection age"
    )
    shutdown_delay_seconds: float = _setting(
        0.0,
        number(0, 600),
        "SECONDS",
        "seconds between failing health checks and refusing calls at shutdown, for load balancers to react",
    )
    shutdown_grace_seconds: float = _setting(
        30.0, number(0, 3600), "SECONDS", "seconds for calls to finish at shutdown"
    )
    log_format: str = _setting("text", one_of("text", "json"), "FORMAT", "log format: text or json")
    log_level: str = _setting(
        "info", one_of("debug", "info", "warning", "error"), "LEVEL", "minimum log level: debug, info, warning or error"
    )
    access_log: str = _setting("off", one_of("off", "on"), "ON_OR_OFF", "log each call at level info: on or off")
    trace_endpoint: str = _setting(
        "",
        receiver,
        "URL",
        "OTLP/gRPC endpoint for OpenTelemetry traces, http://HOST:PORT or https://HOST:PORT; needs "
        "lenet-server[tracing]",
    )
    trace_sample_ratio: float = _setting(
        1.0,
        number(0, 1),
        "RATIO",
        "fraction of new traces to sample; calls within a trace follow the parent's sampling decision",
    )


def parse(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Parse flags and environment variables. An invalid value exits with status 2, naming flag and range."""
    return parse_command(arguments, environ)[0]


def parse_command(
    arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ
) -> tuple[Settings, bool]:
    """Parse like `parse`; also return whether --check is set."""
    parser = argparse.ArgumentParser(
        prog="lenet-server",
        usage="lenet-server [--help] [--version] [--check] [--FLAG VALUE …]",  # argparse's own usage lists every flag
        description="Serve ONNX image classifiers over gRPC, in batches.",
        allow_abbrev=False,
        epilog=f"Each flag has an environment variable: --max-batch-size is {PREFIX}MAX_BATCH_SIZE.",
    )
    parser.add_argument("--version", action="version", version=f"lenet-server {version('lenet-server')}")
    parser.add_argument(
        "--check", action="store_true", help="validate the settings, their files and all models, then exit"
    )
    for each in fields(Settings):
        parser.add_argument(
            _flag(each.name),
            type=each.metadata["parse"],
            default=argparse.SUPPRESS,
            metavar=each.metadata["metavar"],
            help=f"{each.metadata['help']} (default: {'none' if each.default in ('', None, ()) else each.default})",
        )
    chosen = vars(parser.parse_args(arguments))
    check = chosen.pop("check")
    try:
        settings = Settings(**_of_environment(environ, chosen) | chosen)
    except argparse.ArgumentTypeError as error:
        parser.error(str(error))
    if settings.load_models and settings.model_control != "explicit":
        parser.error(f"--load-models needs --model-control explicit, not {settings.model_control}")
    return settings, check


def _of_environment(environ: Mapping[str, str], flags: Container[str]) -> dict[str, Any]:
    """Parse the environment variables that no flag overrides. Raises ArgumentTypeError for an invalid value."""
    found = {}
    for each in fields(Settings):
        variable = PREFIX + each.name.upper()
        text = environ.get(variable)
        if text is None or each.name in flags or (each.name == "port" and KUBERNETES.fullmatch(text)):
            continue
        try:
            found[each.name] = each.metadata["parse"](text)
        except argparse.ArgumentTypeError as error:
            raise argparse.ArgumentTypeError(f"{_flag(each.name)}, set by {variable}: {error}") from error
    return found


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
