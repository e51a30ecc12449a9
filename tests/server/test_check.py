"""`lenet-server --check` says beforehand what a start would meet."""

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
    """The exit status, and the lines that were printed."""
    done = run("lenet-server", "--check", *flags)
    return done.returncode, done.stdout.splitlines()


def test_one_line_for_each_thing_and_status_0_where_all_is_well(tmp_path: Path) -> None:
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


def test_everything_that_fails_is_told_at_once(tmp_path: Path) -> None:
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


def test_what_model_toml_says_is_tried_as_well(tmp_path: Path) -> None:
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


def test_models_that_are_to_be_loaded_must_be_there() -> None:
    status, lines = checked(MODELS, "--model-control=explicit", "--load-models=lenet,leaves")
    assert status == 1
    assert [line for line in lines if line.startswith("FAILED")] == [
        "FAILED  model leaves (--load-models): it is not in the model repository"
    ]


def test_control_without_tokens_is_a_danger_where_others_can_reach_it() -> None:
    control = [MODELS, "--model-control=explicit"]
    status, lines = checked(*control, "--host=0.0.0.0")
    assert status == 0
    assert any(line.startswith("warning EVERY CALLER MAY LOAD AND UNLOAD MODELS") for line in lines)
    assert not any(line.startswith("warning") for line in checked(*control)[1])


def test_a_danger_is_a_warning_and_no_failure(tmp_path: Path) -> None:
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
def test_settings_that_do_not_fit_together_fail(flags: list[str], reason: str) -> None:
    status, lines = checked(MODELS, *flags)
    assert status == 1
    assert [reason in line for line in lines if line.startswith("FAILED")] == [True]


def test_a_repository_without_models_fails(tmp_path: Path) -> None:
    for folder, reason in ((tmp_path, "no model"), (tmp_path / "nowhere", "is not a folder")):
        status, lines = checked(f"--model-repository={folder}")
        assert (status, reason in lines[-1]) == (1, True)


def test_it_minds_no_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("lenet-server", "--check", MODELS, "--port", port, "--http-port", port)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_wrong_value_ends_it_as_ever() -> None:
    done = run("lenet-server", "--check", "--port=http")
    assert done.returncode == 2
    assert "--port: 'http' is not a whole number" in done.stderr
