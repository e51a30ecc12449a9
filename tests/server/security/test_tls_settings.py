"""Invalid TLS settings and files are refused at startup, with the flag to change."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from prometheus_client import CollectorRegistry

from lenet_server import exposure
from lenet_server.app import App
from lenet_server.errors import SettingsRefused
from lenet_server.security.credentials import server_credentials
from lenet_server.settings import Settings
from tests.support.certificates import DAY, Authority, Pair


def test_invalid_tls_settings_are_refused(
    tls_settings: Settings, pair: Pair, authority: Authority, tmp_path: Path
) -> None:
    other = authority.issue("other")
    expired = authority.issue("expired", valid_from=-2 * DAY, valid_to=-DAY)
    not_pem = tmp_path / "authority without a certificate"
    not_pem.write_text("not PEM")
    encrypted = tmp_path / "encrypted.key"
    key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    encrypted.write_bytes(key.private_bytes(*form, serialization.BestAvailableEncryption(b"secret")))
    good: dict[str, Any] = {"tls_certificate": pair.certificate, "tls_key": pair.key}
    for files, reason in (
        ({"tls_certificate": pair.certificate}, "--tls-certificate .* needs its private key: set --tls-key"),
        ({"tls_key": pair.key}, "--tls-key .* needs its certificate: set --tls-certificate"),
        ({"tls_client_ca": authority.file}, "--tls-client-ca .* needs TLS: set --tls-certificate and --tls-key"),
        (good | {"tls_key": tmp_path / "none"}, "--tls-key .* cannot be read: No such file"),
        (good | {"tls_certificate": tmp_path}, "--tls-certificate .* cannot be read: Is a directory"),
        (good | {"tls_key": other.key}, "--tls-key .* does not belong to --tls-certificate"),
        (good | {"tls_key": not_pem}, "--tls-key .* cannot be used with"),
        (good | {"tls_key": encrypted}, "--tls-key .* is encrypted"),
        (good | {"tls_certificate": not_pem}, "--tls-certificate .* holds no certificate in PEM form"),
        (
            {"tls_certificate": expired.certificate, "tls_key": expired.key},
            "--tls-certificate .*: certificate has expired",
        ),
        (good | {"tls_client_ca": not_pem}, "--tls-client-ca .* holds no certificate in PEM form"),
        (good | {"tls_client_ca": pair.certificate}, "--tls-client-ca .* no certificate that may sign others"),
    ):
        with pytest.raises(SettingsRefused, match=reason):
            server_credentials(replace(tls_settings, **files))


def test_a_server_does_not_start_with_invalid_tls_settings(tls_settings: Settings, pair: Pair) -> None:
    with pytest.raises(SettingsRefused, match="--tls-key"):
        App(replace(tls_settings, tls_certificate=pair.certificate), CollectorRegistry())


def test_a_world_readable_key_causes_a_warning(tls_settings: Settings, pair: Pair) -> None:
    secured = replace(tls_settings, tls_certificate=pair.certificate, tls_key=pair.key)
    assert list(exposure.dangers(secured)) == []
    pair.key.chmod(0o644)
    (danger,) = exposure.dangers(secured)
    assert danger.startswith(f"--tls-key {pair.key} can be read by every user")
