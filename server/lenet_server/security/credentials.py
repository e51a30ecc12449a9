"""TLS for grpcio: its port is opened with certificates that are renewed without a restart."""

import grpc

from lenet_server.security import certificates
from lenet_server.security.certificates import Certificates
from lenet_server.security.reloading_file import ReloadingFile
from lenet_server.settings import Settings


def add_port(server: grpc.Server, address: str, settings: Settings) -> int:
    """Have the server listen at the address, with TLS if the settings say so and others can reach it; returns the port.

    Raises SettingsRefused where the files of TLS cannot be used, RuntimeError where the port cannot be opened.
    """
    credentials = None if address.startswith("unix:") else server_credentials(settings)
    return server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)


def server_credentials(settings: Settings) -> grpc.ServerCredentials | None:
    """The credentials that the settings ask for, None for plaintext. Raises SettingsRefused."""
    files = certificates.tls_files(settings)
    if files is None:
        return None
    renewable = ReloadingFile(files.all(), lambda: certificates.read(files))

    def renewed() -> grpc.ServerCertificateConfiguration | None:
        """What the next connection is to use; None for what the one before used. Connections that are open stay."""
        return _configuration(renewable.value) if renewable.renew() else None

    return grpc.dynamic_ssl_server_credentials(
        _configuration(renewable.value),
        renewed,  # type: ignore[arg-type]  # its stubs forget the None
        require_client_authentication=files.client_ca is not None,
    )


def _configuration(read: Certificates) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([(read.key, read.chain)], read.client_ca)
