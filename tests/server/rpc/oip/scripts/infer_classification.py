"""The classification extension: labels in place of numbers."""

import numpy as np
from tritonclient.grpc import InferenceServerClient, InferInput, InferRequestedOutput

from tests.server.rpc.oip.scripts.data import ADDRESS, COUNT, DIGITS, PROBABILITIES

with InferenceServerClient(ADDRESS) as client:
    image = InferInput("image", DIGITS.shape, "UINT8").set_data_from_numpy(DIGITS)
    outputs = [InferRequestedOutput("probabilities", class_count=3), InferRequestedOutput("logits")]
    result = client.infer("lenet", [image], outputs=outputs)
    found = result.as_numpy("probabilities")
    assert found.shape == (COUNT, 3)
    for row, probabilities in zip(found, PROBABILITIES, strict=True):
        for text, index in zip(row, np.argsort(-probabilities)[:3], strict=True):
            value, number, label = text.decode().split(":")
            assert (int(number), label) == (index, str(index))
            np.testing.assert_allclose(float(value), probabilities[index], atol=1e-5)
    assert result.as_numpy("logits").shape == (COUNT, 10)
