"""The options of every command that calls a server: address, timeout, TLS, token, protocol."""

import argparse
from collections.abc import Mapping

from lenet_client.cli.argument_types import address, seconds, token


def add_protocol_argument(command: argparse.ArgumentParser) -> None:
    """Add the option for servers other than lenet-server."""
    command.add_argument(
        "--protocol",
        choices=("lenet", "oip"),
        default="lenet",
        help="oip: any server of the Open Inference Protocol, such as Triton or MLServer (default: lenet)",
    )


def add_server_arguments(command: argparse.ArgumentParser, environ: Mapping[str, str]) -> None:
    """Add the options to a command, with defaults from environment variables."""
    command.add_argument(
        "--server",
        default=environ.get("LENET_CLIENT_SERVER", "localhost:50051"),
        type=address,
        metavar="HOST:PORT",
        help="environment: LENET_CLIENT_SERVER (default: localhost:50051)",
    )
    command.add_argument(
        "--timeout",
        default=environ.get("LENET_CLIENT_TIMEOUT", "60"),
        type=seconds,
        metavar="SECONDS",
        help="timeout of each request including its retries; environment: LENET_CLIENT_TIMEOUT (default: 60)",
    )
    command.add_argument("--tls", action="store_true", help="encrypt the connection; implied by the next three")
    for name, text in (
        ("tls-ca", "PEM file of the certificate authorities to trust (default: the well-known ones)"),
        ("tls-certificate", "PEM file of the client's certificate, for mutual TLS"),
        ("tls-key", "PEM file of the client certificate's private key"),
    ):
        variable = f"LENET_CLIENT_{name.upper().replace('-', '_')}"
        command.add_argument(
            f"--{name}", default=environ.get(variable), metavar="FILE", help=f"{text}; environment: {variable}"
        )
    command.add_argument(
        "--token-file",
        dest="token",
        default=environ.get("LENET_CLIENT_TOKEN_FILE"),
        type=token,
        metavar="FILE",
        help="file with the token for the server; environment: LENET_CLIENT_TOKEN_FILE",
    )
