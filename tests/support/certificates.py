"""Certificates for tests: a new authority and the certificates that it issues, as files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import grpc
import trustme

DAY = timedelta(days=1)


class Pair(NamedTuple):
    """The files of a certificate and its key."""

    certificate: Path
    key: Path

    def replaced_by(self, other: "Pair") -> None:
        """Replace both files as certificate tools do: each by a rename."""
        for old, new in zip(self, other, strict=True):
            new.replace(old)


class Authority:
    """A certificate authority. Attributes: `file`, its certificate."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._authority = trustme.CA()
        self.file = folder / f"{name}.pem"
        self._authority.cert_pem.write_to_path(self.file)

    def issue(self, name: str, *, valid_from: timedelta = -DAY, valid_to: timedelta = DAY) -> Pair:
        """Return a certificate for 127.0.0.1, valid from `valid_from` to `valid_to`, both relative to now."""
        now = datetime.now(UTC)
        issued = self._authority.issue_cert("127.0.0.1", not_before=now + valid_from, not_after=now + valid_to)
        pair = Pair(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        pair.certificate.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
        pair.key.write_bytes(issued.private_key_pem.bytes())
        pair.key.chmod(0o600)
        return pair


def connect(port: int, trusted: Path, pair: Pair | None = None) -> grpc.Channel:
    """Return a channel with a connection of its own to a TLS port, with the trusted authority and the client's pair."""
    credentials = grpc.ssl_channel_credentials(
        trusted.read_bytes(),
        pair.key.read_bytes() if pair else None,
        pair.certificate.read_bytes() if pair else None,
    )
    return grpc.secure_channel(f"127.0.0.1:{port}", credentials, [("grpc.use_local_subchannel_pool", 1)])
