"""The server's settings: each field is a flag, an environment variable and a line of --help.

`max_batch_size` is `--max-batch-size` and `LENET_SERVER_MAX_BATCH_SIZE`. A flag wins over the environment.
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
# Kubernetes sets LENET_SERVER_PORT in each pod to the address of a Service named lenet-server: not a port number.
KUBERNETES = re.compile(r"(tcp|udp|sctp)://.*")


def _setting(default: Any, parse: Callable[[str], Any], text: str) -> Any:
    return field(default=default, metadata={"parse": parse, "help": text})


@dataclass(frozen=True)
class Settings:
    """The settings of a server process. Each field's help text documents it."""

    model_repository: Path = _setting(Path("models"), Path, "model repository: a folder with NAME/VERSION/model.onnx")
    version_policy: str = _setting(
        "latest",
        one_of("latest", "all"),
        "versions of a model to serve unless its model.toml says otherwise: latest or all",
    )
    versions: int = _setting(1, whole(1, 1000), "number of latest versions to serve of each model")
    model_control: str = _setting(
        "none",
        one_of("none", "poll", "explicit"),
        "when to load models: none, at the start only; poll, when the repository changes; explicit, by API calls",
    )
    poll_seconds: float = _setting(5.0, number(0.1, 86_400), "seconds between two scans of the repository, with poll")
    load_models: tuple[str, ...] = _setting(
        (), names, "models to load at the start, with explicit: comma-separated names, or * for all"
    )
    host: str = _setting("127.0.0.1", str, "address to listen on; 0.0.0.0 for all interfaces")
    port: int = _setting(50051, whole(0, 65535), "gRPC port; 0 picks a free one")
    http_port: int = _setting(8080, whole(0, 65535), "port of /metrics, /livez and /readyz; 0 picks a free one")
    transport: str = _setting(
        "auto",
        one_of("auto", "native", "grpcio"),
        "transport: native (pygrpc-native: faster, plaintext only), grpcio, or auto: native where possible",
    )
    workers: int | str = _setting(AUTO, whole_or_auto(1, 1024), "number of worker processes; auto: one per usable core")
    pin_workers: str = _setting(
        "yes", one_of("yes", "no"), "pin each worker to a core of its own if there are enough cores: yes or no"
    )
    worker_timeout_seconds: float = _setting(
        30.0, number(0.1, 3600), "seconds before an unresponsive worker is killed and replaced"
    )
    load_timeout_seconds: float = _setting(
        300.0, number(1, 86_400), "seconds before a worker that is still loading models is killed and replaced"
    )
    max_batch_size: int = _setting(64, whole(1, 4096), "maximum number of images in a batch")
    max_queue_delay_ms: float = _setting(
        0.0, number(0, 10_000), "maximum milliseconds that an idle model waits for a batch to fill"
    )
    max_queue_size: int = _setting(
        1024, whole(1, 16_384), "maximum number of requests that wait for a model; further ones are refused at once"
    )
    max_images_per_request: int = _setting(4096, whole(1, 2**20), "maximum number of images in a request")
    max_streams: int = _setting(64, whole(1, 16_384), "maximum number of open streams")
    max_message_bytes: int = _setting(64 * 2**20, whole(1024, 2**31 - 1), "maximum size of a request, in bytes")
    max_metadata_bytes: int = _setting(16 * 2**10, whole(1024, 2**20), "maximum size of a call's metadata, in bytes")
    max_concurrent_streams: int = _setting(
        1024, whole(1, 2**20), "maximum number of concurrent calls on a connection; its client delays further ones"
    )
    max_image_bytes: int = _setting(32 * 2**20, whole(1, 2**31 - 1), "maximum size of a picture file, in bytes")
    max_image_pixels: int = _setting(64_000_000, whole(1, 2**30), "maximum width × height of a picture, in pixels")
    max_image_cost: int = _setting(
        80_000_000,
        whole(1, 2**31 - 1),
        "maximum cost of decoding a picture, in pixels of a plain one; costly formats count several times",
    )
    inference_threads: int = _setting(
        0, whole(0, 1024), "threads that compute a batch; 0: a worker's share of the usable cores"
    )
    tls_certificate: Path | None = _setting(
        None, file, "PEM file of the server's certificate chain; enables TLS on the gRPC port"
    )
    tls_key: Path | None = _setting(None, file, "PEM file of the certificate's private key")
    tls_client_ca: Path | None = _setting(
        None, file, "PEM file of the authorities that sign client certificates; enables mutual TLS"
    )
    token_file: Path | None = _setting(
        None,
        file,
        "file of bearer tokens, one on each line: `inference TOKEN`, or `control TOKEN` to load and unload models too",
    )
    reflection: str = _setting("on", one_of("on", "off"), "gRPC server reflection: on or off")
    keepalive_time_seconds: float = _setting(
        60.0, number(1, 86_400), "seconds without traffic before the client is pinged"
    )
    keepalive_timeout_seconds: float = _setting(
        20.0, number(1, 3600), "seconds to wait for the reply to a ping before the connection is closed"
    )
    min_ping_interval_seconds: float = _setting(
        5.0,
        number(0, 86_400),
        "minimum seconds between a client's pings; a client that pings more often is disconnected",
    )
    max_connection_age_seconds: float = _setting(
        0.0, number(0, 2_000_000), "maximum age of a connection in seconds, for load balancers; 0: unlimited"
    )
    max_connection_age_grace_seconds: float = _setting(
        60.0, number(1, 2_000_000), "seconds for the calls of a connection that reached its maximum age to end"
    )
    shutdown_delay_seconds: float = _setting(
        0.0, number(0, 600), "seconds between failing health checks and refusing calls, for load balancers to react"
    )
    shutdown_grace_seconds: float = _setting(30.0, number(0, 3600), "maximum seconds to finish calls at shutdown")
    log_format: str = _setting("text", one_of("text", "json"), "log format: text or json")
    log_level: str = _setting(
        "info", one_of("debug", "info", "warning", "error"), "minimum log level: debug, info, warning or error"
    )
    access_log: str = _setting("off", one_of("off", "on"), "access log, a line for each call at level info: on or off")
    trace_endpoint: str = _setting(
        "",
        receiver,
        "http://HOST:PORT or https://HOST:PORT of the OTLP/gRPC receiver of OpenTelemetry traces; "
        "needs lenet-server[tracing]",
    )
    trace_sample_ratio: float = _setting(
        1.0, number(0, 1), "share of calls to trace; a call with a trace context follows its parent's decision"
    )


def parse(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from flags and environment. A wrong value ends the program with status 2, naming flag and range."""
    return parse_command(arguments, environ)[0]


def parse_command(
    arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ
) -> tuple[Settings, bool]:
    """Return the settings, and whether --check was given."""
    parser = argparse.ArgumentParser(
        prog="lenet-server",
        usage="lenet-server [--help] [--version] [--check] [--FLAG VALUE …]",  # fifty flags would hide the message
        description="Serve ONNX image classifiers over gRPC, in batches.",
        allow_abbrev=False,
        epilog=f"Each flag is an environment variable as well: --max-batch-size is {PREFIX}MAX_BATCH_SIZE.",
    )
    parser.add_argument("--version", action="version", version=f"lenet-server {version('lenet-server')}")
    parser.add_argument(
        "--check",
        action="store_true",
        help="check the settings, their files and all models, print the result, and exit",
    )
    for each in fields(Settings):
        parser.add_argument(
            _flag(each.name),
            type=each.metadata["parse"],
            default=argparse.SUPPRESS,
            metavar=_metavar(each.name),
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
    """Return the settings given by environment variables only. Raises ArgumentTypeError for a wrong value."""
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


# The words for values that the last word of a setting's name does not describe.
METAVARS = {
    "max_batch_size": "IMAGES",
    "max_queue_delay_ms": "MILLISECONDS",
    "max_queue_size": "REQUESTS",
    "max_images_per_request": "IMAGES",
    "model_repository": "FOLDER",
    "tls_client_ca": "FILE",
    "tls_certificate": "FILE",
    "tls_key": "FILE",
    "trace_endpoint": "URL",
    "versions": "N",
}


def _metavar(name: str) -> str:
    return METAVARS.get(name, name.rsplit("_", 1)[-1].upper())


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
