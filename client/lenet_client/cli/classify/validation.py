"""Checks combinations of options of `lenet classify` before anything runs."""

import argparse
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from lenet_client.cli.inputs.discovery import STANDARD_INPUT


def find_problem(options: argparse.Namespace) -> str | None:
    """The first problem, with its remedy; None for valid options."""
    lists = options.paths.count(STANDARD_INPUT)
    folder: Path | None = options.copy_to or options.move_to
    if lists > 1:
        return f"{STANDARD_INPUT} is standard input, which can be read once: give it once"
    if options.null and not lists:
        return f"--null is for a list on standard input: give {STANDARD_INPUT} as PATH"
    if options.format == "parquet" and not options.output:
        return "--format parquet needs --output FILE"
    if options.resume and (options.format != "jsonl" or not options.output):
        return "--resume needs --format jsonl and --output FILE"
    if options.format == "parquet" and not find_spec("pyarrow"):
        return '--format parquet needs pyarrow: pip install "lenet-client[parquet]"'
    if options.dry_run and not folder:
        return "--dry-run shows what --copy-to or --move-to would do: give one of them"
    if folder and (source := _source_containing(folder, options.paths)):
        return f"{folder} lies inside {source}, which is to be classified: choose a folder elsewhere"
    return None


def _source_containing(folder: Path, paths: Sequence[str]) -> str | None:
    """The first of the paths that is `folder` or contains it."""
    real = folder.resolve()
    for path in paths:
        if path != STANDARD_INPUT and Path(path).is_dir() and real.is_relative_to(Path(path).resolve()):
            return path
    return None
