"""The server that a load is sent to."""

import socket
import ssl
from dataclasses import dataclass

TIMEOUT_SECONDS = 10.0  # for connecting, and for each read and write


@dataclass(frozen=True)
class Target:
    """HOST:PORT of a server; the other fields are those of Client."""

    address: str
    tls: bool = False
    tls_ca: str | None = None
    tls_certificate: str | None = None
    tls_key: str | None = None
    token: str | None = None

    def connect(self) -> socket.socket:
        """Open a TCP or TLS connection. Raises OSError."""
        host, _, port = self.address.rpartition(":")
        plain = socket.create_connection((host.strip("[]"), int(port)), timeout=TIMEOUT_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self.encrypted():
            return plain
        context = ssl.create_default_context(cafile=self.tls_ca)
        context.set_alpn_protocols(["h2"])
        if self.tls_certificate:
            context.load_cert_chain(self.tls_certificate, self.tls_key)
        return context.wrap_socket(plain, server_hostname=host.strip("[]"))

    def encrypted(self) -> bool:
        """Whether any field implies TLS."""
        return self.tls or self.tls_ca is not None or self.tls_certificate is not None

    def headers(self, path: str) -> dict[str, str]:
        """The HTTP/2 headers of a call."""
        token = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return {
            ":method": "POST",
            ":scheme": "https" if self.encrypted() else "http",
            ":path": path,
            ":authority": self.address,
            "content-type": "application/grpc",
            "te": "trailers",
            **token,
        }
