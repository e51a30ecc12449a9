"""The token file: errors, warnings, and the rights of its tokens."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from lenet_server import exposure
from lenet_server.app import App
from lenet_server.errors import PermissionDenied, SettingsRefused, Unauthenticated
from lenet_server.security import tokens
from lenet_server.security.tokens import Right, Tokens
from lenet_server.settings import Settings
from tests.conftest import ROOT

INFERENCE, CONTROL = "an-inference-token", "a-token-for-control"
KNOWN = Tokens([(Right.INFERENCE, INFERENCE), (Right.CONTROL, CONTROL)])


@pytest.fixture(params=["native", "grpcio"])
def settings(request: pytest.FixtureRequest) -> Settings:
    """Default settings on free ports, for each transport."""
    return Settings(model_repository=ROOT / "models", port=0, http_port=0, transport=request.param)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A token file that only its owner can read."""
    file = tmp_path / "tokens"
    file.write_text(f"inference {INFERENCE}\ncontrol {CONTROL}\n")
    file.chmod(0o600)
    return file


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it contains no token, so every call would be refused"),
        ("# a comment\n\n", "it contains no token, so every call would be refused"),
        (f"{INFERENCE}\n", "line 1 does not begin with a right: inference or control"),
        (f"\nadmin {INFERENCE}\n", "line 2 does not begin with a right"),
        ("inference\n", "line 1 has no token"),
        (f"inference {INFERENCE} {CONTROL}\n", "line 1 has no token"),
        ("inference a-tökén-of-letters\n", "line 1 has no token of letters, digits"),
        ("control short\n", "the token of line 1 is shorter than 16 characters.*openssl rand"),
        (f"control {CONTROL}\ninference {CONTROL}\n", "the token of line 2 repeats that of an earlier line"),
    ],
)
def test_an_invalid_file_is_refused_with_the_line_number_and_without_its_content(
    settings: Settings, tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "tokens"
    file.write_text(text)
    with pytest.raises(SettingsRefused, match=f"--token-file {file}: {reason}") as refused:
        App(replace(settings, token_file=file), CollectorRegistry())
    assert not any(word in str(refused.value) for word in (INFERENCE, CONTROL, "admin", "short "))


def test_an_unreadable_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name, reason in (("none", "cannot be read: No such file"), ("binary", "is not UTF-8 text")):
        with pytest.raises(SettingsRefused, match=f"--token-file .*{name} {reason}"):
            App(replace(settings, token_file=tmp_path / name), CollectorRegistry())


@pytest.mark.parametrize(
    ("host", "tls", "warned"),
    [
        ("127.0.0.1", False, False),
        ("::1", False, False),
        ("localhost", False, False),
        ("0.0.0.0", False, True),  # noqa: S104
        ("models.example", False, True),
        ("0.0.0.0", True, False),  # noqa: S104
    ],
)
def test_tokens_over_a_network_without_tls_cause_a_warning(
    settings: Settings, file: Path, host: str, tls: bool, warned: bool
) -> None:
    chosen = replace(settings, host=host, token_file=file, tls_certificate=file if tls else None)
    assert any(danger.startswith("TOKENS CROSS THE NETWORK") for danger in exposure.dangers(chosen)) == warned


def test_tokens_with_the_native_transport_cause_a_warning(settings: Settings, file: Path) -> None:
    warned = any(
        "--transport native reads" in danger for danger in exposure.dangers(replace(settings, token_file=file))
    )
    assert warned == (settings.transport == "native")


def test_a_world_readable_file_causes_a_warning(settings: Settings, file: Path) -> None:
    file.chmod(0o644)
    *_, danger = exposure.dangers(replace(settings, token_file=file))
    assert danger == f"--token-file {file} can be read by every user of this machine: chmod o-r {file}"


@given(st.text() | st.builds("Bearer {}".format, st.text()))
def test_headers_without_a_known_token_have_no_right(header: str) -> None:
    assert KNOWN.right_of(header) is None
    with pytest.raises(Unauthenticated):
        KNOWN.require(Right.INFERENCE, [("authorization", header)])


def test_metadata_values_may_be_bytes() -> None:
    header: list[tuple[str, str | bytes]] = [("user-agent", "x"), ("authorization", f"Bearer {INFERENCE}".encode())]
    KNOWN.require(Right.INFERENCE, header)
    with pytest.raises(PermissionDenied, match="needs a token for control"):
        KNOWN.require(Right.CONTROL, header)


def test_printing_the_tokens_does_not_reveal_them() -> None:
    known = tokens.parse(f"inference {INFERENCE}")
    assert len(known) == 1
    assert INFERENCE not in f"{known!r}{vars(known)!r}"
