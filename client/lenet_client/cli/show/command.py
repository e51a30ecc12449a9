"""`lenet show PICTURE`: draws the picture, the model's input, and the scores."""

import argparse
import json
import sys
from importlib.util import find_spec

from lenet_client import Inspection, ModelInput
from lenet_client.cli.connection import connect
from lenet_client.cli.exit_status import ExitStatus

DEFAULT_MAX_LABELS = 10  # bars, without --top-k: as many as fit beside the picture


def run(options: argparse.Namespace) -> int:
    """Show one picture. Raises ImageError when it cannot be read."""
    if options.output and not find_spec("PIL"):
        print('lenet show: --output needs Pillow: pip install "lenet-client[show]"', file=sys.stderr)
        return ExitStatus.USAGE
    name, version = options.model or ("", 0)
    with connect(options) as client:
        labels = client.model(name, version).labels
        top_k = options.top_k or min(DEFAULT_MAX_LABELS, len(labels))
        inspection = client.inspect(options.picture, model=name, version=version, top_k=top_k)
    if options.output:
        from lenet_client.cli.show.png import write_png

        write_png(inspection, options.picture, options.output)
    if options.json:
        print(json.dumps(_record(options.picture, inspection)))
    elif not options.output:
        from lenet_client.cli.show.terminal import print_inspection

        print_inspection(inspection, options.picture)
    return ExitStatus.OK


def _record(path: str, inspection: Inspection) -> dict[str, object]:
    """The JSON object: `input` is [C][H][W], 0 to 255."""
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


def _nested(model_input: ModelInput) -> list[list[list[int]]]:
    channels, height, width = model_input.shape
    rows = [list(model_input.data[start : start + width]) for start in range(0, len(model_input.data), width)]
    return [rows[channel * height : (channel + 1) * height] for channel in range(channels)]
