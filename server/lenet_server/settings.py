"""The server's settings: each field is a flag and an environment variable, documented here and nowhere else.

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
# Kubernetes tells each pod where a Service called lenet-server is, by LENET_SERVER_PORT: an address, and no port.
KUBERNETES = re.compile(r"(tcp|udp|sctp)://.*")


def _setting(default: Any, parse: Callable[[str], Any], text: str) -> Any:
    return field(default=default, metadata={"parse": parse, "help": text})


@dataclass(frozen=True)
class Settings:
    """How the server is set up."""

    model_repository: Path = _setting(Path("models"), Path, "folder of models: NAME/VERSION/model.onnx")
    version_policy: str = _setting(
        "latest",
        one_of("latest", "all"),
        "which versions of a model are served, unless its model.toml says: latest or all",
    )
    versions: int = _setting(1, whole(1, 1000), "how many of the latest versions of a model are served")
    model_control: str = _setting(
        "none",
        one_of("none", "poll", "explicit"),
        "when models are loaded: none, at the start only; poll, whenever the repository changes; "
        "explicit, when a caller says so",
    )
    poll_seconds: float = _setting(5.0, number(0.1, 86_400), "pause between looks at the repository, with poll")
    load_models: tuple[str, ...] = _setting(
        (), names, "models to load at the start, with explicit: names with commas between, * for all"
    )
    host: str = _setting("127.0.0.1", str, "address to listen on; 0.0.0.0 for all interfaces")
    port: int = _setting(50051, whole(0, 65535), "gRPC port; 0 picks a free one")
    http_port: int = _setting(8080, whole(0, 65535), "port of /metrics, /livez and /readyz; 0 picks a free one")
    transport: str = _setting(
        "auto",
        one_of("auto", "native", "grpcio"),
        "who speaks HTTP/2: native (pygrpc-native: fast, plaintext only), grpcio, or auto: native where it can",
    )
    workers: int | str = _setting(
        AUTO, whole_or_auto(1, 1024), "processes that answer calls; auto: one per usable core"
    )
    pin_workers: str = _setting(
        "yes", one_of("yes", "no"), "yes: several workers get a core of their own each, where there are enough"
    )
    worker_timeout_seconds: float = _setting(
        30.0, number(0.1, 3600), "a worker that does not answer its supervisor for so long is killed, and replaced"
    )
    load_timeout_seconds: float = _setting(
        300.0, number(1, 86_400), "a worker that has not loaded its models after so long is killed, and replaced"
    )
    max_batch_size: int = _setting(64, whole(1, 4096), "most images in one run of the model")
    max_queue_delay_ms: float = _setting(
        0.0, number(0, 10_000), "how long a free model waits for its batch to fill; 0 takes what is there"
    )
    max_queue_size: int = _setting(
        1024, whole(1, 16_384), "most requests that wait for a model; more are refused at once"
    )
    max_images_per_request: int = _setting(4096, whole(1, 2**20), "most images in one request")
    max_streams: int = _setting(64, whole(1, 16_384), "most streams that are open at a time")
    max_message_bytes: int = _setting(64 * 2**20, whole(1024, 2**31 - 1), "largest request, in bytes")
    max_metadata_bytes: int = _setting(16 * 2**10, whole(1024, 2**20), "largest metadata of a call, in bytes")
    max_concurrent_streams: int = _setting(
        1024, whole(1, 2**20), "most calls that one connection has open at a time; its client holds more back"
    )
    max_image_bytes: int = _setting(32 * 2**20, whole(1, 2**31 - 1), "largest picture file in a request, in bytes")
    max_image_pixels: int = _setting(64_000_000, whole(1, 2**30), "largest picture: width × height in pixels")
    inference_threads: int = _setting(
        0, whole(0, 1024), "threads that compute one batch; 0 for a worker's share of the usable cores"
    )
    tls_certificate: Path | None = _setting(
        None, file, "PEM file of the server's certificate and those that sign it: turns TLS on for gRPC"
    )
    tls_key: Path | None = _setting(None, file, "PEM file of the certificate's private key")
    tls_client_ca: Path | None = _setting(
        None, file, "PEM file of certificates, one of which must have signed that of each client: mutual TLS"
    )
    token_file: Path | None = _setting(
        None,
        file,
        "file of the tokens that callers must bring: on each line `inference TOKEN`, or `control TOKEN` for one that "
        "may load and unload models as well",
    )
    reflection: str = _setting("on", one_of("on", "off"), "whether callers may ask for the services' descriptions")
    keepalive_time_seconds: float = _setting(
        60.0, number(1, 86_400), "silence on a connection after which its client is pinged"
    )
    keepalive_timeout_seconds: float = _setting(
        20.0, number(1, 3600), "longest wait for the answer to a ping; then the connection is closed"
    )
    min_ping_interval_seconds: float = _setting(
        5.0, number(0, 86_400), "least time between two pings of a client; one that goes on more often is cut off"
    )
    max_connection_age_seconds: float = _setting(
        0.0, number(0, 2_000_000), "age at which a client is told to connect anew, for load balancers; 0 for any age"
    )
    max_connection_age_grace_seconds: float = _setting(
        60.0, number(1, 2_000_000), "longest wait for the calls of such a connection to end"
    )
    shutdown_delay_seconds: float = _setting(
        0.0, number(0, 600), "pause between failing health checks and refusing calls, for load balancers to notice"
    )
    shutdown_grace_seconds: float = _setting(30.0, number(0, 3600), "longest wait for calls to be answered at the end")
    log_format: str = _setting("text", one_of("text", "json"), "form of the log: text or json")
    log_level: str = _setting(
        "info", one_of("debug", "info", "warning", "error"), "least level to log: debug, info, warning or error"
    )
    access_log: str = _setting("off", one_of("off", "on"), "whether each call is logged, as a line of level info")
    trace_endpoint: str = _setting(
        "",
        receiver,
        "http://HOST:PORT or https://HOST:PORT of the OTLP/gRPC receiver of OpenTelemetry traces; "
        "needs lenet-server[tracing]",
    )
    trace_sample_ratio: float = _setting(
        1.0, number(0, 1), "share of calls to trace; calls that are part of a trace are traced if the rest of it is"
    )


def parse(arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from flags and environment. A wrong value ends the program with status 2, naming flag and range."""
    return parse_command(arguments, environ)[0]


def parse_command(
    arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ
) -> tuple[Settings, bool]:
    """The same, and whether the settings are only to be checked."""
    parser = argparse.ArgumentParser(
        prog="lenet-server",
        usage="lenet-server [--help] [--version] [--check] [--FLAG VALUE …]",  # all fifty would hide what is wrong
        description="Serve ONNX image classifiers over gRPC, in batches.",
        allow_abbrev=False,
        epilog=f"Each flag is an environment variable as well: --max-batch-size is {PREFIX}MAX_BATCH_SIZE.",
    )
    parser.add_argument("--version", action="version", version=f"lenet-server {version('lenet-server')}")
    parser.add_argument(
        "--check", action="store_true", help="try the settings, their files and all models, say how it went, and exit"
    )
    for each in fields(Settings):
        parser.add_argument(
            _flag(each.name),
            type=each.metadata["parse"],
            default=argparse.SUPPRESS,
            metavar=each.name.rsplit("_", 1)[-1].upper(),
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
    """The settings that stand in the environment, and are no flags. Raises ArgumentTypeError for a wrong value."""
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
