"""Opens the client of a command from its options."""

import argparse

from lenet_client import Client, InvalidRequest

OPTIONAL = ("protocol", "labels", "fit", "patience", "connections")  # options that only some commands have


def connect(options: argparse.Namespace) -> Client:
    """A client for the server. Raises InvalidRequest for an invalid combination of options, OSError for files."""
    try:
        return Client(
            options.server,
            timeout=options.timeout,
            tls=options.tls,
            tls_ca=options.tls_ca,
            tls_certificate=options.tls_certificate,
            tls_key=options.tls_key,
            token=options.token,
            **{name: getattr(options, name) for name in OPTIONAL if hasattr(options, name)},
        )
    except ValueError as error:
        raise InvalidRequest(str(error)) from error
