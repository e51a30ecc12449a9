"""Settings and files of TLS that cannot work are refused at the start, with the flag to change."""

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
from tests.conftest import ROOT
from tests.support.certificates import DAY, Authority, Pair


@pytest.fixture
def settings() -> Settings:
    """The defaults."""
    return Settings(model_repository=ROOT / "models", port=0, http_port=0)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Signs all certificates."""
    return Authority(tmp_path)


@pytest.fixture
def pair(authority: Authority) -> Pair:
    """A certificate that is all right."""
    return authority.issue("server")


def test_settings_of_tls_that_do_not_fit_are_refused_at_the_start(
    settings: Settings, pair: Pair, authority: Authority, tmp_path: Path
) -> None:
    other = authority.issue("other")
    late = authority.issue("late", valid_from=-2 * DAY, valid_to=-DAY)
    dead = tmp_path / "authority without a certificate"
    dead.write_text("not PEM")
    locked = tmp_path / "locked.key"
    key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    locked.write_bytes(key.private_bytes(*form, serialization.BestAvailableEncryption(b"secret")))
    good: dict[str, Any] = {"tls_certificate": pair.certificate, "tls_key": pair.key}
    for files, reason in (
        ({"tls_certificate": pair.certificate}, "--tls-certificate .* needs its private key: set --tls-key"),
        ({"tls_key": pair.key}, "--tls-key .* needs its certificate: set --tls-certificate"),
        ({"tls_client_ca": authority.file}, "--tls-client-ca .* needs TLS: set --tls-certificate and --tls-key"),
        (good | {"tls_key": tmp_path / "none"}, "--tls-key .* cannot be read: No such file"),
        (good | {"tls_certificate": tmp_path}, "--tls-certificate .* cannot be read: Is a directory"),
        (good | {"tls_key": other.key}, "--tls-key .* does not belong to --tls-certificate"),
        (good | {"tls_key": dead}, "--tls-key .* cannot be used with"),
        (good | {"tls_key": locked}, "--tls-key .* is encrypted"),
        (good | {"tls_certificate": dead}, "--tls-certificate .* holds no certificate in PEM form"),
        ({"tls_certificate": late.certificate, "tls_key": late.key}, "--tls-certificate .*: certificate has expired"),
        (good | {"tls_client_ca": dead}, "--tls-client-ca .* holds no certificate in PEM form"),
        (good | {"tls_client_ca": pair.certificate}, "--tls-client-ca .* no certificate that may sign others"),
    ):
        with pytest.raises(SettingsRefused, match=reason):
            server_credentials(replace(settings, **files))


def test_a_server_does_not_start_on_settings_that_do_not_fit(settings: Settings, pair: Pair) -> None:
    with pytest.raises(SettingsRefused, match="--tls-key"):
        App(replace(settings, tls_certificate=pair.certificate), CollectorRegistry())


def test_a_key_that_everybody_can_read_is_warned_of(settings: Settings, pair: Pair) -> None:
    secured = replace(settings, tls_certificate=pair.certificate, tls_key=pair.key)
    assert list(exposure.dangers(secured)) == []
    pair.key.chmod(0o644)
    (danger,) = exposure.dangers(secured)
    assert danger.startswith(f"--tls-key {pair.key} can be read by every user")
