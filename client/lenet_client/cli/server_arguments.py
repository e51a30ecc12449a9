"""The options by which every command finds its server."""

import argparse
from collections.abc import Mapping

from lenet_client.cli.argument_types import address, seconds, token


def add_protocol_argument(command: argparse.ArgumentParser) -> None:
    """Add what is needed to speak to servers of other makes."""
    command.add_argument(
        "--protocol",
        choices=("lenet", "oip"),
        default="lenet",
        help="oip: any server of the Open Inference Protocol, such as Triton or MLServer (default: lenet)",
    )


def add_server_arguments(command: argparse.ArgumentParser, environ: Mapping[str, str]) -> None:
    """Add them to a command; `environ` has their defaults."""
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
        help="longest wait for the answer to one request; environment: LENET_CLIENT_TIMEOUT (default: 60)",
    )
    command.add_argument("--tls", action="store_true", help="encrypt the connection; each of the next three implies it")
    for name, text in (
        ("tls-ca", "PEM file of those who may sign the server's certificate (default: the well-known ones)"),
        ("tls-certificate", "PEM file of a certificate that shows the server who this is"),
        ("tls-key", "PEM file of its private key"),
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
        help="file with the token that the server wants; environment: LENET_CLIENT_TOKEN_FILE",
    )
