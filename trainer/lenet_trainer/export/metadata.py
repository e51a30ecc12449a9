"""The metadata of a model file, which the trainer writes and the server reads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from lenet_trainer.errors import ModelError


@dataclass(frozen=True)
class ModelMetadata:
    """The contents of `metadata_props`, in which every value is a string.

    `test_accuracy` is a share from 0 to 1, `created` a UTC time in ISO 8601, `training` the settings by name, without
    paths of the machine.
    """

    labels: tuple[str, ...]
    fit: str
    dataset: str
    dataset_sha256: str
    test_accuracy: float
    test_images: int
    parameters: int
    training: Mapping[str, str | int | float | None]
    trainer_version: str
    created: str

    def to_properties(self) -> dict[str, str]:
        """Return the metadata as the strings of `metadata_props`."""
        return {
            "labels": json.dumps(self.labels, ensure_ascii=False),
            "preprocessing": json.dumps({"fit": self.fit}),
            "dataset": self.dataset,
            "dataset_sha256": self.dataset_sha256,
            "test_accuracy": f"{self.test_accuracy:.4f}",
            "test_images": str(self.test_images),
            "parameters": str(self.parameters),
            "training": json.dumps(dict(self.training)),
            "trainer_version": self.trainer_version,
            "created": self.created,
        }

    @classmethod
    def from_properties(cls, properties: Mapping[str, str]) -> "ModelMetadata":
        """Return the metadata in `metadata_props`; raises ModelError if a key is missing or malformed."""
        try:
            return cls(
                labels=tuple(json.loads(properties["labels"])),
                fit=json.loads(properties["preprocessing"])["fit"],
                dataset=properties["dataset"],
                dataset_sha256=properties["dataset_sha256"],
                test_accuracy=float(properties["test_accuracy"]),
                test_images=int(properties["test_images"]),
                parameters=int(properties["parameters"]),
                training=json.loads(properties["training"]),
                trainer_version=properties["trainer_version"],
                created=properties["created"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the model's metadata are incomplete or malformed: {error!r}") from error
