"""The connection of each command, as the command line describes it."""

import argparse

from lenet_client import Client, InvalidRequest

MORE = ("protocol", "labels", "fit", "patience", "connections")  # which not every command has


def connect(options: argparse.Namespace) -> Client:
    """A client for the server. Raises InvalidRequest where the options do not fit, OSError for files."""
    try:
        return Client(
            options.server,
            timeout=options.timeout,
            tls=options.tls,
            tls_ca=options.tls_ca,
            tls_certificate=options.tls_certificate,
            tls_key=options.tls_key,
            token=options.token,
            **{name: getattr(options, name) for name in MORE if hasattr(options, name)},
        )
    except ValueError as error:
        raise InvalidRequest(str(error)) from error
