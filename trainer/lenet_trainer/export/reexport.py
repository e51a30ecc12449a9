"""Exports a published model anew: the same weights and metadata in another form of graph."""

from pathlib import Path

from lenet_trainer.datasets.dataset import Dataset
from lenet_trainer.errors import ModelError
from lenet_trainer.export.model_card import model_card, with_parity
from lenet_trainer.export.model_file import ModelFile, parse_model
from lenet_trainer.export.onnx_graph import export
from lenet_trainer.export.publication import CARD_FILE, publish, require_writable
from lenet_trainer.export.verification import ParityReport, verify
from lenet_trainer.networks.layer_table import layers
from lenet_trainer.progress import Progress


def reexport(
    source: Path, model: ModelFile, dataset: Dataset, graph: str, directory: Path, progress: Progress
) -> tuple[ParityReport, Path]:
    """Publish the model of the file `source` as the next version in `directory`, with a graph of this form.

    Its model card is that beside the file, with the new comparison of the implementations; a new one if there is none.
    Returns the comparison and the version's folder. Raises ModelError, if the dataset is not that in the metadata for
    one, VerificationError or PublishError; then nothing is published.
    """
    if dataset.sha256 != model.metadata.dataset_sha256:
        raise ModelError(f"the model was tested on other images than these of {dataset.name}: their SHA-256 differs")
    require_writable(directory)
    network = model.network()
    content = export(network, model.metadata, graph)
    parity = verify(parse_model(content), dataset, progress)
    card = source.parent / CARD_FILE
    try:
        text = with_parity(card.read_text(), parity)
    except FileNotFoundError:
        text = model_card(model.metadata, layers(network), dataset, parity)
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{card} cannot be read: {error}") from error
    return parity, publish(content, text, parity, directory)
