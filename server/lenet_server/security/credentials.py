"""Opens grpcio's port, with TLS certificates that are reloaded without a restart."""

import grpc

from lenet_server.security import certificates
from lenet_server.security.certificates import Certificates
from lenet_server.security.reloading_file import ReloadingFile
from lenet_server.settings import Settings


def add_port(server: grpc.Server, address: str, settings: Settings) -> int:
    """Make the server listen at `address` and return the port. Unix sockets never use TLS.

    Raises SettingsRefused if the TLS files cannot be used, RuntimeError if the port cannot be opened.
    """
    credentials = None if address.startswith("unix:") else server_credentials(settings)
    return server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)


def server_credentials(settings: Settings) -> grpc.ServerCredentials | None:
    """Return the server's TLS credentials, None for plaintext. Raises SettingsRefused if a TLS file cannot be used."""
    files = certificates.tls_files(settings)
    if files is None:
        return None
    reloading = ReloadingFile(files.all(), lambda: certificates.read(files))

    def new_configuration() -> grpc.ServerCertificateConfiguration | None:
        """Return the configuration for the next connection, None if unchanged. Open connections keep theirs."""
        return _configuration(reloading.value) if reloading.reload_if_changed() else None

    return grpc.dynamic_ssl_server_credentials(
        _configuration(reloading.value),
        new_configuration,  # type: ignore[arg-type]  # the stubs omit None, which grpcio accepts as "unchanged"
        require_client_authentication=files.client_ca is not None,
    )


def _configuration(read: Certificates) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([(read.key, read.chain)], read.client_ca)
