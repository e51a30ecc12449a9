"""lenet-trainer filters: plot an image through the lecture's kernels, or through a model's layers.

lenet-trainer filters holiday.jpg --output drawings
lenet-trainer filters samples/7_0.bmp --model models/lenet/1/model.onnx --output drawings
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's flags."""
    parser.add_argument("picture", type=Path, metavar="PICTURE", help="an image file of any format and size")
    parser.add_argument(
        "--model",
        type=Path,
        metavar="MODEL.onnx",
        help="plot filters.png and feature_maps.png of this model; without it, kernels.png of the lecture's kernels",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder for the plots")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the results, then the paths of the plots."""
    from lenet_imaging import Limits
    from lenet_trainer.datasets.image_file import read_picture
    from lenet_trainer.plots.output_folder import make_folder

    picture = read_picture(arguments.picture, Limits())
    make_folder(arguments.output)
    lines = through_model(picture, arguments) if arguments.model else through_kernels(picture, arguments.output)
    print("\n".join(lines))
    return 0


def through_kernels(picture: "NDArray[np.uint8]", output: Path) -> list[str]:
    """Plot the image through the lecture's kernels; return the lines to print."""
    from lenet_trainer.lecture.kernels import KERNELS, drawable
    from lenet_trainer.plots.kernels import draw_kernels

    small = drawable(picture)
    height, width = small.shape[1:]
    size = f"{height}×{width} through 3×3: ({height} − 3 + 1) × ({width} − 3 + 1) = {height - 2}×{width - 2}"
    return ["; ".join(kernel.name for kernel in KERNELS), size, str(draw_kernels(small, output / "kernels.png"))]


def through_model(picture: "NDArray[np.uint8]", arguments: argparse.Namespace) -> list[str]:
    """Plot the model's filters and its feature maps of the image; return the lines to print."""
    from lenet_trainer.cli.tables import columns
    from lenet_trainer.datasets.image_file import fit_picture
    from lenet_trainer.export.model_file import read_model
    from lenet_trainer.lecture.feature_maps import feature_maps
    from lenet_trainer.plots.feature_maps import draw_feature_maps
    from lenet_trainer.plots.filters import draw_filters

    model = read_model(arguments.model)
    network = model.network()
    fitted = fit_picture(picture, model.preprocessing, arguments.picture)
    rows = feature_maps(network, fitted)
    labels = model.metadata.labels
    best = rows[-1].values.argmax()
    table = [
        (row.layer, row.description, row.shape, f"{row.values.min():.3g}", f"{row.values.max():.3g}") for row in rows
    ]
    return [
        *columns(("layer", "what it does", "shape", "least", "most"), table, right=(3, 4)),
        f"{labels[best]}, with a score of {rows[-1].values[best]:.4f}",
        str(
            draw_filters(model.weights["conv1.weight"], model.weights["conv2.weight"], arguments.output / "filters.png")
        ),
        str(draw_feature_maps(fitted, rows, labels, arguments.output / "feature_maps.png")),
    ]
