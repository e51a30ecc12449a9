"""TLS, mutual TLS and tokens, for Client, AsyncClient and the command line."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from lenet_client import Client, LenetError, ServerUnavailable, Unauthenticated
from lenet_server.app import App
from lenet_server.settings import Settings
from tests.conftest import ROOT
from tests.support.certificates import Authority, Pair
from tests.support.processes import run

TOKEN = "a-token-for-inference"  # noqa: S105
PICTURE = ROOT / "samples/7_0.bmp"
Connect = Callable[..., Client]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the certificates and the token."""
    return tmp_path_factory.mktemp("secrets")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    """The certificate authority of all certificates."""
    return Authority(folder)


@pytest.fixture(scope="module")
def pair(authority: Authority) -> Pair:
    """The client's certificate."""
    return authority.issue("client")


@pytest.fixture(scope="module")
def token_file(folder: Path) -> Path:
    """The token in a file, for --token-file."""
    file = folder / "token"
    file.write_text(f"{TOKEN}\n")
    return file


@pytest.fixture(scope="module")
def address(folder: Path, authority: Authority) -> Iterator[str]:
    """HOST:PORT of a server with mutual TLS and tokens."""
    tokens = folder / "tokens"
    tokens.write_text(f"inference {TOKEN}\n")
    server = authority.issue("server")
    settings = Settings(
        model_repository=ROOT / "models",
        port=0,
        http_port=0,
        tls_certificate=server.certificate,
        tls_key=server.key,
        tls_client_ca=authority.file,
        token_file=tokens,
    )
    with App(settings, CollectorRegistry()) as app:
        yield f"127.0.0.1:{app.grpc_port}"


@pytest.fixture
def files(authority: Authority, pair: Pair) -> dict[str, Path]:
    """What a client needs for mutual TLS."""
    return {"tls_ca": authority.file, "tls_certificate": pair.certificate, "tls_key": pair.key}


def test_certificate_and_token_allow_every_call(connect: Connect, address: str, files: dict[str, Path]) -> None:
    with connect(address, token=TOKEN, **files) as client:
        assert client.healthy()
        assert client.model().name == "lenet"
        assert [each.name for each in client.models()] == ["lenet"]
        assert client.classify(PICTURE).label == "7"
        assert [getattr(each, "label", None) for each in client.classify_many([PICTURE] * 3)] == ["7"] * 3


@pytest.mark.parametrize("token", [None, "an-unknown-token"])
def test_without_a_known_token_only_health_is_allowed(
    connect: Connect, address: str, files: dict[str, Path], token: str | None
) -> None:
    with connect(address, token=token, **files) as client:
        assert client.healthy()
        calls: list[Callable[[], object]] = [client.model, client.models, lambda: client.classify(PICTURE)]
        for call in calls:
            with pytest.raises(Unauthenticated, match=f"{address}: .*token"):
                call()


@pytest.mark.parametrize("left_out", ["all", "tls_ca", "certificate"])
def test_missing_tls_files_prevent_the_connection(
    connect: Connect, address: str, files: dict[str, Path], left_out: str
) -> None:
    match left_out:
        case "all":
            files = {}
        case "tls_ca":
            del files["tls_ca"]
        case "certificate":
            files = {"tls_ca": files["tls_ca"]}
    with connect(address, token=TOKEN, **files) as client, pytest.raises(ServerUnavailable):
        client.healthy()


def test_plain_text_to_a_tls_server_is_explained(connect: Connect, address: str) -> None:
    with connect(address, token=TOKEN) as client, pytest.raises(ServerUnavailable, match=r"wants TLS.*--tls"):
        client.healthy()


def test_tls_to_a_plain_text_server_is_explained(connect: Connect, one_address: str, authority: Authority) -> None:
    with connect(one_address, tls_ca=authority.file) as client, pytest.raises(ServerUnavailable, match="no TLS"):
        client.healthy()


def test_invalid_options_are_refused(connect: Connect, address: str, pair: Pair, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tls_certificate and tls_key go together"):
        connect(address, tls_key=pair.key)
    with pytest.raises(ValueError, match="a token is one word") as refused:
        connect(address, token=f"{TOKEN}\n")
    assert TOKEN not in str(refused.value)
    with pytest.raises(FileNotFoundError):
        connect(address, tls_ca=tmp_path / "nowhere")


def test_unauthenticated_is_a_lenet_error() -> None:
    assert issubclass(Unauthenticated, LenetError)


def test_each_file_has_an_option_and_an_environment_variable(
    address: str, files: dict[str, Path], token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = [f"--{name.replace('_', '-')}={file}" for name, file in files.items()]
    done = run("lenet", "classify", PICTURE, "--server", address, *flags, "--token-file", token_file)
    assert (done.returncode, TOKEN in done.stdout + done.stderr) == (0, False)
    for name, file in {**files, "token_file": token_file}.items():
        monkeypatch.setenv(f"LENET_CLIENT_{name.upper()}", str(file))
    for command in ("health", "models"):
        assert run("lenet", command, "--server", address).returncode == 0


def test_the_command_explains_a_refusal_in_one_line(
    address: str, files: dict[str, Path], token_file: Path, tmp_path: Path
) -> None:
    flags = [f"--{name.replace('_', '-')}={file}" for name, file in files.items()]
    (tmp_path / "two words").write_text("two words")
    for chosen, status, reason in (
        (flags, 2, "a token is needed"),
        ([*flags, f"--token-file={tmp_path / 'none'}"], 2, "argument --token-file: "),
        ([*flags, f"--token-file={tmp_path / 'two words'}"], 2, "a token is one word"),
        ([flags[2], f"--token-file={token_file}"], 2, "tls_certificate and tls_key go together"),
        ([f"--tls-ca={tmp_path / 'none'}"], 2, "No such file"),
        (["--tls"], 3, "no answer"),
        ([], 3, "no answer"),
    ):
        done = run("lenet", "models", "--server", address, "--timeout=5", *chosen)
        assert (done.returncode, reason in done.stderr.splitlines()[-1]) == (status, True), done.stderr
