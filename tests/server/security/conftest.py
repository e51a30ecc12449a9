"""Fixtures of the TLS tests: settings, a certificate authority and the server's certificate."""

from pathlib import Path

import pytest

from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.certificates import Authority, Pair


@pytest.fixture
def tls_settings() -> Settings:
    """Default settings on free ports. The default transport becomes grpcio when TLS files are set."""
    return Settings(model_repository=ROOT / "models", port=0, http_port=0)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """The authority that signs the server's certificate."""
    return Authority(tmp_path)


@pytest.fixture
def pair(authority: Authority) -> Pair:
    """The server's valid certificate and key."""
    return authority.issue("server")
