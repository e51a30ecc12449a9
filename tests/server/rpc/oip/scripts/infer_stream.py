"""A stream of the synchronous client: answers in order, an error in the midst of them, and the stream goes on."""

from queue import SimpleQueue
from typing import Any

from tritonclient.grpc import InferenceServerClient, InferInput

from tests.server.rpc.oip.scripts.data import ADDRESS, COUNT, DIGITS, TIMEOUT, agrees

answers: SimpleQueue[tuple[Any, Any]] = SimpleQueue()
BAD = 17

with InferenceServerClient(ADDRESS) as client:
    client.start_stream(lambda result, error: answers.put((result, error)), stream_timeout=TIMEOUT)
    for index in range(COUNT):
        image = DIGITS[index][None]
        inputs = [InferInput("image", image.shape, "UINT8").set_data_from_numpy(image)]
        client.async_stream_infer(
            "vgg" if index == BAD else "lenet",
            inputs,
            request_id=str(index),
            priority=1 + index % 9,
            timeout=int(TIMEOUT * 1e6),
        )
    for index in range(COUNT):
        result, error = answers.get(timeout=TIMEOUT)
        if index == BAD:
            assert "NOT_FOUND: no model 'vgg'" in str(error), error
        else:
            assert error is None, error
            assert result.get_response().id == str(index)
            assert result.get_response().parameters["triton_final_response"].bool_param
            agrees(result, index, index + 1)
    client.stop_stream()
