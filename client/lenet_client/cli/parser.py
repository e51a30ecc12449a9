"""The command line of `lenet`: its commands, their options, and the function that runs each."""

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from lenet_client.cli.bench.arguments import DESCRIPTION as BENCH
from lenet_client.cli.bench.arguments import add_bench_arguments
from lenet_client.cli.classify.arguments import DESCRIPTION as CLASSIFY
from lenet_client.cli.classify.arguments import add_classify_arguments
from lenet_client.cli.server_arguments import add_protocol_argument, add_server_arguments
from lenet_client.cli.show.arguments import DESCRIPTION as SHOW
from lenet_client.cli.show.arguments import add_show_arguments

CONTROL = """
Needs a server started with --model-control explicit and, if the server uses tokens, a token with the control right.
Loading serves the versions of the model that are in the server's repository now.
"""

COMPLETION = """
Print a script with which the shell completes the commands and options of lenet. Bash: put
eval "$(lenet completion bash)" into ~/.bashrc. Zsh: lenet completion zsh > _lenet in a folder of $fpath.
Fish: lenet completion fish > ~/.config/fish/completions/lenet.fish.
"""


class Version(argparse.Action):
    """Prints the version, which is read from the package's metadata only when asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print the version and exit."""
        from importlib.metadata import version

        print(f"lenet {version('lenet-client')}")
        parser.exit()


def build_parser(environ: Mapping[str, str] = os.environ) -> argparse.ArgumentParser:
    """The parser of all commands; parsed options have the command's function as `run`."""
    top = argparse.ArgumentParser(
        prog="lenet", description="Classify pictures with a lenet server.", allow_abbrev=False
    )
    top.add_argument("--version", action=Version)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: str, text: str, description: str = "") -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, help=text, description=description or f"{text.capitalize()}.", allow_abbrev=False
        )
        added.set_defaults(run=_imported_when_run(function))
        return added

    classify = command("classify", "classify.command:run", "classify pictures, folder by folder", CLASSIFY)
    add_classify_arguments(classify)
    models = command("models", "server_commands:models", "list the models that the server has loaded")
    health = command("health", "server_commands:health", "check whether the server is serving")
    load = command(
        "load",
        "server_commands:load",
        "load a model or its new versions",
        f"Load a model or its new versions. {CONTROL}",
    )
    unload = command("unload", "server_commands:unload", "unload a model", f"Unload a model. {CONTROL}")
    for each in (load, unload):
        each.add_argument("name", metavar="NAME", help="the model's name")
    for each in (models, health, load, unload):
        each.add_argument("--json", action="store_true", help="print JSON")
    bench = command("bench", "bench.command:run", "generate load and measure the server", BENCH)
    add_bench_arguments(bench)
    show = command("show", "show.command:run", "draw the model's input beside the picture", SHOW)
    add_show_arguments(show)
    for each in (classify, models, health, load, unload, bench, show):
        add_server_arguments(each, environ)
    for each in (classify, models, health, bench):
        add_protocol_argument(each)
    completion = command("completion", "completion:run", "print a completion script for a shell", COMPLETION)
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    return top


def _imported_when_run(function: str) -> Callable[[argparse.Namespace], int]:
    """The function `MODULE:NAME` below lenet_client.cli, imported on its first call: `lenet --help` stays fast."""
    module, _, name = function.partition(":")

    def run(options: argparse.Namespace) -> int:
        return int(getattr(import_module(f"lenet_client.cli.{module}"), name)(options))

    return run
