"""Metadata are strings in the file and are read back unchanged."""

import json

import pytest

from lenet_trainer.errors import ModelError
from lenet_trainer.export.metadata import ModelMetadata


def test_round_trip(metadata: ModelMetadata) -> None:
    assert ModelMetadata.from_properties(metadata.to_properties()) == metadata


def test_what_the_server_reads(metadata: ModelMetadata) -> None:
    properties = metadata.to_properties()
    assert json.loads(properties["labels"]) == list("0123456789")
    assert json.loads(properties["preprocessing"]) == {"fit": "ink"}
    assert properties["test_accuracy"] == "0.5000"
    assert all(isinstance(value, str) for value in properties.values())


@pytest.mark.parametrize(("name", "value"), [("labels", "0, 1"), ("preprocessing", "[]"), ("test_images", "many")])
def test_malformed_metadata_are_refused(name: str, value: str, metadata: ModelMetadata) -> None:
    with pytest.raises(ModelError, match="incomplete or malformed"):
        ModelMetadata.from_properties(metadata.to_properties() | {name: value})


def test_missing_metadata_are_refused(metadata: ModelMetadata) -> None:
    properties = metadata.to_properties()
    del properties["labels"]
    with pytest.raises(ModelError, match="'labels'"):
        ModelMetadata.from_properties(properties)
