"""Writes the model card: a published model's use, accuracy, data, layers, training and license, in Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import ModelError
from lenet_trainer.export.metadata import ModelMetadata
from lenet_trainer.export.verification import TOLERANCE, ParityReport
from lenet_trainer.networks.layer_table import Layer
from lenet_trainer.percent import percent


@dataclass(frozen=True)
class SeedResult:
    """The accuracy of the training with one seed."""

    seed: int
    validation_accuracy: float
    test_right: int
    test_images: int

    @property
    def test_accuracy(self) -> float:
        """The share of correctly classified test images, 0 to 1."""
        return self.test_right / self.test_images


def model_card(
    metadata: ModelMetadata,
    layers: list[Layer],
    dataset: Dataset,
    parity: ParityReport,
    seeds: Sequence[SeedResult] = (),
) -> str:
    """Return the text of the card; `seeds` adds a table of trainings with the same settings and other seeds."""
    channels, height, width = dataset.image_shape
    pooling = metadata.training.get("pooling", "average")
    activation = metadata.training.get("activation", "sigmoid")
    return f"""# LeNet on {dataset.name}

LeNet-5 (LeCun et al., *Gradient-based learning applied to document recognition*, 1998): two convolutions and two
poolings ({pooling}), then three dense layers, with the activation {activation} between them;
{metadata.parameters:,} parameters.
Trained and published by lenet-trainer {metadata.trainer_version} on {metadata.created}.

## Use

Input `image`: uint8 [N, {channels}, {height}, {width}], any N; scaling is inside the graph.
Outputs: `probabilities` and `logits`, float32 [N, {len(dataset.labels)}].
Labels: {", ".join(dataset.labels)}.
Pictures of another form go through lenet-imaging's preprocessing with `fit: "{metadata.fit}"` first.

Meant for single, separated pictures of the kind it was trained on. It has no label for "none of these": a picture of
anything else gets one of its labels too, often with a high probability. The probabilities are not calibrated. Not for
decisions about people.

## Accuracy

{parity.right:,} of {parity.images:,} test pictures right: {percent(parity.accuracy)}.
The test split was looked at once, after the training.
{seeds_section(seeds, metadata)}
## Data

{dataset.description}.
SHA-256 of the content (training pictures, training labels, test pictures and test labels as IDX files, one after the
other): `{dataset.sha256}`.

## Layers

{layer_table(layers)}

## Training

{training_table(metadata)}

## Parity

Three implementations on {parity.images:,} test pictures. Allowed are probabilities that differ by {TOLERANCE:.0e}, and
no different label.

{parity_table(parity)}

## License and attribution

Model: Apache-2.0. Data: {dataset.attribution}.
"""


def with_parity(card: str, parity: ParityReport) -> str:
    """Return the card of a model that was exported anew: the text of its card, with another table of parity.

    Raises ModelError if the card has no such section.
    """
    before, heading, rest = card.partition("\n## Parity\n")
    table = "| batch size |"
    introduction, row, after = rest.partition(table)
    license_heading = "\n\n## License"
    if not heading or not row or license_heading not in after:
        raise ModelError("the model card beside the model has no section on parity")
    license_text = after.partition(license_heading)[2]
    return f"{before}{heading}{introduction}{parity_table(parity)}{license_heading}{license_text}"


def seeds_section(seeds: Sequence[SeedResult], metadata: ModelMetadata) -> str:
    """Return the card's section about the seeds; empty without any."""
    if not seeds:
        return ""
    return f"""
## Seeds

Trained in the same way with other random numbers, each tested once. This is seed {metadata.training["seed"]}, the best
on the validation pictures.

{seed_table(seeds)}
"""


def seed_table(seeds: Sequence[SeedResult]) -> str:
    """Return a table of the seeds' accuracies, their mean and, for several seeds, the standard deviation."""
    heading = ["| seed | validation | test | test pictures wrong |", "|---:|---:|---:|---:|"]
    rows = [
        f"| {item.seed} | {percent(item.validation_accuracy)} | {percent(item.test_accuracy)} "
        f"| {item.test_images - item.test_right} |"
        for item in seeds
    ]
    validation, test = ([getattr(item, name) for item in seeds] for name in ("validation_accuracy", "test_accuracy"))
    wrong = fmean(item.test_images - item.test_right for item in seeds)
    # The mean over several seeds is finer than one test image, so a third decimal place is meaningful.
    spread = f" ± {100 * stdev(test):.3f} points" if len(seeds) > 1 else ""
    mean = f"| mean | {percent(fmean(validation))} | {100 * fmean(test):.3f} %{spread} | {wrong:.1f} |"
    return "\n".join([*heading, *rows, mean])


def layer_table(layers: list[Layer]) -> str:
    """Return a table of the layers with their output shapes and parameters."""
    rows = [
        f"| {layer.name} | {layer.description} | {'×'.join(map(str, layer.output_shape))} | {layer.parameters:,} |"
        for layer in layers
    ]
    return "\n".join(["| layer | what it does | output | parameters |", "|---|---|---|---:|", *rows])


def training_table(metadata: ModelMetadata) -> str:
    """Return a table of the training's settings and figures."""
    rows = [
        f"| {name.replace('_', ' ')} | {f'{value:.4g}' if isinstance(value, float) else value} |"
        for name, value in metadata.training.items()
        if value is not None
    ]
    return "\n".join(["| setting | value |", "|---|---|", *rows])


def parity_table(parity: ParityReport) -> str:
    """Return a table of the largest differences between the implementations."""
    rows = [
        f"| {item.batch_size} | {item.first}, {item.second} | {item.largest_difference:.1e} | {item.different_labels} |"
        for item in parity.agreements
    ]
    heading = ["| batch size | compared | largest difference | different labels |", "|---:|---|---:|---:|"]
    return "\n".join(heading + rows)
