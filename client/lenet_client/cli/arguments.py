"""The command line of `lenet`: its commands, and where each one's work is."""

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from lenet_client.cli.bench_arguments import DESCRIPTION as BENCH
from lenet_client.cli.bench_arguments import add_bench
from lenet_client.cli.classify_arguments import DESCRIPTION, add_classify
from lenet_client.cli.server_arguments import add_protocol, add_server
from lenet_client.cli.show_arguments import DESCRIPTION as SHOW
from lenet_client.cli.show_arguments import add_show

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

    def command(name: str, text: str, description: str = "") -> argparse.ArgumentParser:
        made = commands.add_parser(
            name, help=text, description=description or f"{text.capitalize()}.", allow_abbrev=False
        )
        made.set_defaults(run=_later(name))
        return made

    classify = command("classify", "classify pictures, folder by folder", DESCRIPTION)
    add_classify(classify)
    models = command("models", "list the models that the server has")
    health = command("health", "ask whether the server is well")
    load = command("load", "put a model into service, or what is new of it", CONTROL)
    unload = command("unload", "take a model out of service", CONTROL)
    for each in (load, unload):
        each.add_argument("name", metavar="NAME", help="the model")
    for each in (models, health, load, unload):
        each.add_argument("--json", action="store_true", help="print JSON")
    bench = command("bench", "put a load on the server and measure it", BENCH)
    add_bench(bench)
    show = command("show", "draw what the model is given of a picture", SHOW)
    add_show(show)
    for each in (classify, models, health, load, unload, bench, show):
        add_server(each, environ)
    for each in (classify, models, health, bench):
        add_protocol(each)
    completion = command("completion", "print what makes a shell complete this command", COMPLETION)
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    return top


CONTROL = """
For a server that was started with --model-control explicit, and a token that allows control. Loading takes what the
server's repository has of the model now.
"""

COMPLETION = """
Print a script that makes a shell complete the options of this command. Bash: put
eval "$(lenet completion bash)" into ~/.bashrc. Zsh: lenet completion zsh > _lenet in a folder of $fpath.
Fish: lenet completion fish > ~/.config/fish/completions/lenet.fish.
"""


def _later(name: str) -> Run:
    """The `run` of a command's module, imported only when the command runs: `lenet --help` stays quick."""

    def run(options: argparse.Namespace) -> int:
        return int(import_module(f"lenet_client.cli.{name}").run(options))

    return run
