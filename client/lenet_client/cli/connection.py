"""The connection of each command, as the command line describes it."""

import argparse

from lenet_client import Client, InvalidRequest


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
            protocol=getattr(options, "protocol", "lenet"),
            fit=getattr(options, "fit", None),
            labels=getattr(options, "labels", None),
        )
    except ValueError as error:
        raise InvalidRequest(str(error)) from error
