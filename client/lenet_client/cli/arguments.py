"""The command line of `lenet`: what can be said, and the help that says it."""

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from lenet_client.cli.bench_arguments import DESCRIPTION as BENCH
from lenet_client.cli.bench_arguments import add_bench
from lenet_client.cli.protocol_arguments import add_protocol

Run = Callable[[argparse.Namespace], int]


class Version(argparse.Action):
    """Prints the version, which is looked up only then."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print and exit."""
        from importlib.metadata import version

        print(f"lenet {version('lenet-client')}")
        parser.exit()


def parser(environ: Mapping[str, str] = os.environ) -> argparse.ArgumentParser:
    """The whole command line. Each command's `run` comes from the module of its name."""
    top = argparse.ArgumentParser(
        prog="lenet", description="Classify pictures with a lenet server.", allow_abbrev=False
    )
    top.add_argument("--version", action=Version)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _classify(
        commands.add_parser(
            "classify", help="classify pictures, folder by folder", description=CLASSIFY, allow_abbrev=False
        )
    )
    for name, text in (("models", "list the models that the server has"), ("health", "ask whether the server is well")):
        command = commands.add_parser(name, help=text, description=f"{text.capitalize()}.", allow_abbrev=False)
        command.add_argument("--json", action="store_true", help="print JSON")
        command.set_defaults(run=_later(name))
    bench = commands.add_parser(
        "bench", help="put a load on the server and measure it", description=BENCH, allow_abbrev=False
    )
    add_bench(bench, _model)
    bench.set_defaults(run=_later("bench"))
    for name in ("classify", "models", "health"):
        add_protocol(commands.choices[name])
    for command in commands.choices.values():
        _server(command, environ)
    return top


CLASSIFY = """
Classify picture files, and all files in folders and their sub-folders, in a stable order. Results go to standard
output, progress to standard error. Exit status: 0 all classified, 1 some pictures failed, 2 usage, 3 no answer from
the server.
"""


def _classify(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", nargs="+", metavar="PATH", help="a picture or a folder")
    command.add_argument(
        "--model",
        default="",
        type=_model,
        metavar="NAME[:VERSION]",
        help="VERSION is a number or a label, such as stable; default: the server's only model, newest",
    )
    command.add_argument("--top-k", default=0, type=_at_least_one, metavar="K", help="labels for each picture")
    command.add_argument("--format", choices=("table", "csv", "jsonl", "parquet"), default="table")
    command.add_argument("--output", metavar="FILE", help="write results here; the file appears when it is whole")
    command.add_argument("--resume", action="store_true", help="go on with FILE.part of an earlier run (jsonl)")
    command.add_argument(
        "--labels-from-folders",
        action="store_true",
        help="take each picture's folder for its true label; report accuracy and confusion matrix",
    )
    command.add_argument("--error-on-failure", action="store_true", help="stop at the first picture that fails")
    command.set_defaults(run=_later("classify"))


def _server(command: argparse.ArgumentParser, environ: Mapping[str, str]) -> None:
    command.add_argument(
        "--server",
        default=environ.get("LENET_CLIENT_SERVER", "localhost:50051"),
        type=_address,
        metavar="HOST:PORT",
        help="environment: LENET_CLIENT_SERVER (default: localhost:50051)",
    )
    command.add_argument(
        "--timeout",
        default=environ.get("LENET_CLIENT_TIMEOUT", "60"),
        type=_seconds,
        metavar="SECONDS",
        help="longest wait for the answer to one request; environment: LENET_CLIENT_TIMEOUT (default: 60)",
    )

    command.add_argument("--tls", action="store_true", help="encrypt the connection; each of the next three implies it")
    for name, text in (
        ("tls-ca", "PEM file of those who may sign the server's certificate (default: the well-known ones)"),
        ("tls-certificate", "PEM file of a certificate that shows the server who this is"),
        ("tls-key", "PEM file of its private key"),
    ):
        variable = f"LENET_CLIENT_{name.upper().replace('-', '_')}"
        command.add_argument(
            f"--{name}", default=environ.get(variable), metavar="FILE", help=f"{text}; environment: {variable}"
        )
    command.add_argument(
        "--token-file",
        dest="token",
        default=environ.get("LENET_CLIENT_TOKEN_FILE"),
        type=_token,
        metavar="FILE",
        help="file with the token that the server wants; environment: LENET_CLIENT_TOKEN_FILE",
    )


def _later(name: str) -> Run:
    """The `run` of a command's module, imported only when the command runs: `lenet --help` stays quick."""

    def run(options: argparse.Namespace) -> int:
        return int(import_module(f"lenet_client.cli.{name}").run(options))

    return run


def _model(text: str) -> tuple[str, int | str]:
    name, colon, version = text.partition(":")
    if version[:1].isalpha():
        return name, version
    if colon and not (version.isdecimal() and 0 < int(version) < 2**63):
        raise argparse.ArgumentTypeError(
            f"{text!r}: a version is a whole number from 1 up or a label, as in lenet:1 or lenet:stable"
        )
    return name, int(version or 0)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) < 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def _token(file: str) -> str:
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"{file} cannot be read: {error}") from error


def _address(text: str) -> str:
    if not text.rpartition(":")[2].isdecimal() and "://" not in text and not text.startswith("unix:"):
        raise argparse.ArgumentTypeError(f"{text!r} has no port: HOST:PORT is expected, as in localhost:50051")
    return text


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return value
