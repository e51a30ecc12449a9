"""The constructor that Client and AsyncClient share: every option, its default and its meaning, said once."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from lenet_client._connection import Connection
from lenet_client._credentials import File, authorization, channel_credentials
from lenet_client._preprocessing import Fit
from lenet_client._protocols import ProtocolName, select_protocol

TransportT = TypeVar("TransportT")

DEFAULT_SERVER = "localhost:50051"
DEFAULT_TIMEOUT_SECONDS = 10.0  # predictions take milliseconds: a server that needs longer is overloaded
DEFAULT_PATIENCE_SECONDS = 30.0  # a server with its models restarts in less
DEFAULT_CONNECTIONS = 4  # each reaches one server process: this is enough for four


class BaseClient(ABC, Generic[TransportT]):
    """The options of a client. Attributes: `server`."""

    def __init__(
        self,
        server: str = DEFAULT_SERVER,
        *,
        timeout: float | None = DEFAULT_TIMEOUT_SECONDS,
        patience: float = DEFAULT_PATIENCE_SECONDS,
        connections: int = DEFAULT_CONNECTIONS,
        tls: bool = False,
        tls_ca: File | None = None,
        tls_certificate: File | None = None,
        tls_key: File | None = None,
        token: str | None = None,
        protocol: ProtocolName = "lenet",
        labels: Sequence[str] | None = None,
        fit: Fit | None = None,
    ) -> None:
        """Prepare the connections; each is opened by its first call.

        server: HOST:PORT, or a gRPC name such as `dns:///HOST:PORT` or `ipv4:A:PORT,B:PORT`, whose addresses are used
            in turn.
        timeout: seconds for each request including its retries; None for no limit.
        patience: seconds that classify_many() retries a request while the server is unreachable, restarting or busy.
            The other methods retry for about a second and a half.
        connections: maximum number of connections; concurrent calls are spread over them.
        tls: encrypt the connections. Implied by each of the next three.
        tls_ca: PEM file of the certificate authorities that the server's certificate may be signed by
            (default: gRPC's root certificates).
        tls_certificate, tls_key: PEM files of the client's certificate and private key, for mutual TLS.
        token: bearer token sent with each call. Without TLS it is sent in plain text.
        protocol: "lenet", or "oip" for any server of the Open Inference Protocol.
        labels: with "oip", the model's labels, for servers that do not report them.
        fit: with "oip", how the client preprocesses pictures for the model: "ink" or "resize".

        Raises OSError for a file that cannot be read, ValueError for an invalid value or combination.
        """
        self.server = server
        self._patience = patience
        self._protocol = select_protocol(protocol, labels, fit)
        self._connection = Connection(
            server=server,
            credentials=channel_credentials(tls, tls_ca, tls_certificate, tls_key),
            metadata=authorization(token),
            connections=connections,
            timeout=timeout,
        )
        self._transport = self._open_transport(self._connection)

    @abstractmethod
    def _open_transport(self, connection: Connection) -> TransportT:
        """Return what sends the client's calls."""
