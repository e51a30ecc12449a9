"""`lenet-server --check` validates settings and models without serving."""

import shutil
import socket
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.certificates import DAY, Authority
from tests.support.processes import run
from tests.support.server.repositories import publish, write_options

MODELS = f"--model-repository={ROOT / 'models'}"


def checked(*flags: str) -> tuple[int, list[str]]:
    """Run the check; return the exit status and the lines printed."""
    done = run("lenet-server", "--check", *flags)
    return done.returncode, done.stdout.splitlines()


def test_valid_settings_print_one_line_per_check_and_exit_0(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pair = authority.issue("server")
    tokens = tmp_path / "tokens"
    tokens.write_text("inference 0123456789abcdef\n")
    tokens.chmod(0o600)
    files = [f"--tls-certificate={pair.certificate}", f"--tls-key={pair.key}", f"--tls-client-ca={authority.file}"]
    status, lines = checked(MODELS, *files, f"--token-file={tokens}")
    assert status == 0
    transport, tls, token, model = lines
    assert transport == "ok      transport: grpcio"
    assert tls.startswith(f"ok      TLS: {pair.certificate}, valid until 2")
    assert tls.endswith(f"clients need a certificate signed by {authority.file}")
    assert token == f"ok      tokens: 1 in {tokens}"
    assert model.startswith("ok      model lenet version 1: 10 labels, input (1, 28, 28)")


def test_the_defaults_are_checked_too() -> None:
    status, lines = checked(MODELS)
    assert (status, lines[:3]) == (
        0,
        ["ok      transport: native", "ok      TLS: off", "ok      tokens: not needed"],
    )


def test_all_failures_are_reported_in_one_run(tmp_path: Path) -> None:
    late = Authority(tmp_path).issue("late", valid_from=-2 * DAY, valid_to=-DAY)
    repository = tmp_path / "models"
    shutil.copytree(ROOT / "models", repository)
    (repository / "lenet/2").mkdir()
    (repository / "lenet/2/model.onnx").write_bytes(b"broken")
    status, lines = checked(
        f"--model-repository={repository}",
        f"--tls-certificate={late.certificate}",
        f"--tls-key={late.key}",
        f"--token-file={tmp_path / 'none'}",
    )
    assert status == 1
    failed = [line for line in lines if line.startswith("FAILED  ")]
    assert len(failed) == 3
    for line, reason in zip(failed, ("certificate has expired", "--token-file", "version 2"), strict=True):
        assert reason in line
    assert any(line.startswith("ok      model lenet version 1") for line in lines)


def test_model_toml_is_checked(tmp_path: Path) -> None:
    for version in (1, 2):
        publish(tmp_path, "lenet", version)
    publish(tmp_path, "lenet", 3, b"broken")
    write_options(tmp_path, "lenet", "[labels]\nstable = 1")
    publish(tmp_path, "wrong", 1)
    write_options(tmp_path, "wrong", "label = 1")
    status, lines = checked(f"--model-repository={tmp_path}")
    assert status == 1
    assert [line.partition(": ")[0] for line in lines[3:]] == [
        "ok      model lenet version 1",
        "FAILED  model lenet version 3",
        "ok      model lenet version 2",
        "FAILED  model wrong",
    ]
    assert lines[-1].endswith("model.toml: `label` is not known")


def test_models_to_load_must_be_in_the_repository() -> None:
    status, lines = checked(MODELS, "--model-control=explicit", "--load-models=lenet,leaves")
    assert status == 1
    assert [line for line in lines if line.startswith("FAILED")] == [
        "FAILED  model leaves (--load-models): not in the model repository"
    ]


def test_model_control_without_tokens_warns_on_a_public_host() -> None:
    control = [MODELS, "--model-control=explicit"]
    status, lines = checked(*control, "--host=0.0.0.0")
    assert status == 0
    assert any(line.startswith("warning EVERY CALLER MAY LOAD AND UNLOAD MODELS") for line in lines)
    assert not any(line.startswith("warning") for line in checked(*control)[1])


def test_dangerous_settings_warn_and_exit_0(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("inference 0123456789abcdef\n")
    tokens.chmod(0o644)
    status, lines = checked(MODELS, f"--token-file={tokens}", "--host=0.0.0.0")
    warnings = [line for line in lines if line.startswith("warning ")]
    assert (status, len(warnings)) == (0, 2)
    assert "PLAIN TEXT" in warnings[0]


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (["--transport=native", "--max-connection-age-seconds=60"], "--transport native cannot serve with"),
        (["--tls-key=server.key"], "--tls-key server.key needs its certificate"),
    ],
)
def test_conflicting_settings_fail(flags: list[str], reason: str) -> None:
    status, lines = checked(MODELS, *flags)
    assert status == 1
    assert [reason in line for line in lines if line.startswith("FAILED")] == [True]


def test_a_repository_without_models_fails(tmp_path: Path) -> None:
    for folder, reason in ((tmp_path, "no model"), (tmp_path / "nowhere", "is not a folder")):
        status, lines = checked(f"--model-repository={folder}")
        assert (status, reason in lines[-1]) == (1, True)


def test_ports_in_use_are_not_checked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("lenet-server", "--check", MODELS, "--port", port, "--http-port", port)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_invalid_value_exits_with_status_2() -> None:
    done = run("lenet-server", "--check", "--port=http")
    assert done.returncode == 2
    assert "--port: 'http' is not a whole number" in done.stderr
