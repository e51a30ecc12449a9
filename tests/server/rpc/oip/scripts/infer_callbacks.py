"""The synchronous client's callbacks: 512 requests in flight, each answered with its own digit."""

from functools import partial
from queue import SimpleQueue
from typing import Any

from tritonclient.grpc import InferenceServerClient, InferInput

from tests.server.rpc.oip.scripts.data import ADDRESS, COUNT, DIGITS, TIMEOUT, agrees

answers: SimpleQueue[tuple[int, Any, Any]] = SimpleQueue()


def answered(index: int, result: Any, error: Any) -> None:
    answers.put((index, result, error))


with InferenceServerClient(ADDRESS) as client:
    for index in range(512):
        image = DIGITS[index % COUNT][None]
        inputs = [InferInput("image", image.shape, "UINT8").set_data_from_numpy(image)]
        client.async_infer("lenet", inputs, partial(answered, index), request_id=str(index), client_timeout=TIMEOUT)
    left = set(range(512))
    while left:
        index, result, error = answers.get(timeout=TIMEOUT)
        assert error is None, error
        left.remove(index)
        assert result.get_response().id == str(index)
        agrees(result, index % COUNT, index % COUNT + 1)
