"""Where a load goes: the server's address, and what it wants to see."""

import socket
import ssl
from dataclasses import dataclass

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Target:
    """HOST:PORT of a server. Files and token are those of Client."""

    address: str
    tls: bool = False
    tls_ca: str | None = None
    tls_certificate: str | None = None
    tls_key: str | None = None
    token: str | None = None

    def connected(self) -> socket.socket:
        """A connection, encrypted where that is wanted. Raises OSError."""
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
        """Whether any of the parameters asks for TLS."""
        return self.tls or self.tls_ca is not None or self.tls_certificate is not None

    def headers(self, path: str) -> dict[str, str]:
        """The headers of a call."""
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
