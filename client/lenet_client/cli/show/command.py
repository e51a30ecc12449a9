"""`lenet show PICTURE`: what the model was given, beside the picture, and what it made of it."""

import argparse
import json
import sys
from importlib.util import find_spec

from lenet_client import Inspection, ModelInput
from lenet_client.cli.connection import connect
from lenet_client.cli.exit_status import ExitStatus

MOST_LABELS = 10  # bars, where nobody asks for another number


def run(options: argparse.Namespace) -> int:
    """Show one picture. Raises ImageError where it cannot be read."""
    if options.output and not find_spec("PIL"):
        print('lenet show: --output needs Pillow: pip install "lenet-client[show]"', file=sys.stderr)
        return ExitStatus.USAGE
    name, version = options.model or ("", 0)
    with connect(options) as client:
        labels = client.model(name, version).labels
        top_k = options.top_k or min(MOST_LABELS, len(labels))
        inspection = client.inspect(options.picture, model=name, version=version, top_k=top_k)
    if options.output:
        from lenet_client.cli.show.png import write_drawing

        write_drawing(inspection, options.picture, options.output)
    if options.json:
        print(json.dumps(_record(options.picture, inspection)))
    elif not options.output:
        from lenet_client.cli.show.terminal import print_inspection

        print_inspection(inspection, options.picture)
    return ExitStatus.OK


def _record(path: str, inspection: Inspection) -> dict[str, object]:
    """What programs read: `input` is [C][H][W], 0 to 255."""
    prediction = inspection.prediction
    return {
        "path": path,
        "model": inspection.model,
        "version": inspection.version,
        "label": prediction.label,
        "score": round(prediction.score, 4),
        "top": [[label, round(score, 4)] for label, score in prediction.top],
        "input": _nested(inspection.input),
    }


def _nested(given: ModelInput) -> list[list[list[int]]]:
    channels, height, width = given.shape
    rows = [list(given.data[start : start + width]) for start in range(0, len(given.data), width)]
    return [rows[channel * height : (channel + 1) * height] for channel in range(channels)]
