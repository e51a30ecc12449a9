"""Flags and environment variables."""

from dataclasses import fields

import pytest

from lenet_server.settings import Settings, parse


def test_defaults() -> None:
    settings = parse([], {})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.http_port) == ("127.0.0.1", 50051, 8080)
    assert (settings.max_batch_size, settings.max_queue_delay_ms, settings.max_queue_size) == (64, 0, 1024)


def test_a_flag_wins_over_the_environment_and_that_over_the_default() -> None:
    environ = {"LENET_SERVER_MAX_BATCH_SIZE": "32", "LENET_SERVER_PORT": "1234"}
    settings = parse(["--port=0"], environ)
    assert (settings.max_batch_size, settings.port) == (32, 0)


def test_a_flag_overrides_an_invalid_environment_variable() -> None:
    assert parse(["--port=1"], {"LENET_SERVER_PORT": "http"}).port == 1


def test_kubernetes_service_variables_are_ignored() -> None:
    """Variables for a Service called lenet-server share the prefix."""
    links = {"LENET_SERVER_PORT": "tcp://10.0.0.1:50051", "LENET_SERVER_SERVICE_HOST": "10.0.0.1"}
    assert parse([], links) == Settings()


def test_model_names_are_comma_separated() -> None:
    flags = ["--model-control=explicit", "--load-models", "lenet, leaves"]
    assert parse(flags, {}).load_models == ("lenet", "leaves")
    assert parse(["--model-control=explicit"], {"LENET_SERVER_LOAD_MODELS": "*"}).load_models == ("*",)


@pytest.mark.parametrize("each", fields(Settings), ids=lambda each: each.name)
def test_every_setting_is_a_flag_with_help(each: object, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"], {})
    assert f"--{each.name.replace('_', '-')} " in capsys.readouterr().out  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("flags", "environ", "message"),
    [
        (["--max-batch-size=0"], {}, "--max-batch-size: '0' is not a whole number from 1 to 4096"),
        (["--port=http"], {}, "--port: 'http' is not a whole number from 0 to 65535"),
        (["--max-queue-delay-ms=nan"], {}, "--max-queue-delay-ms: 'nan' is not a number from 0 to 10000"),
        (["--log-format=xml"], {}, "--log-format: 'xml' is not one of text, json"),
        (
            ["--trace-endpoint=collector"],
            {},
            "--trace-endpoint: 'collector' is not http://HOST:PORT or https://HOST:PORT",
        ),
        (["--trace-sample-ratio=2"], {}, "--trace-sample-ratio: '2' is not a number from 0 to 1"),
        (["--load-models=a"], {}, "--load-models needs --model-control explicit, not none"),
        (["--port=--5"], {}, "--port: '--5' is not a whole number from 0 to 65535"),
        ([f"--port={'9' * 5000}"], {}, "is not a whole number from 0 to 65535"),
        ([], {"LENET_SERVER_PORT": "99999"}, "--port, set by LENET_SERVER_PORT: '99999' is not a whole number from 0"),
    ],
)
def test_a_wrong_value_is_refused_with_flag_and_range(
    flags: list[str], environ: dict[str, str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(flags, environ)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err
