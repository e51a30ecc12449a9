"""The asyncio client: many requests at once, and a stream."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from tritonclient.grpc import InferInput
from tritonclient.grpc.aio import InferenceServerClient

from tests.server.rpc.oip.scripts.data import ADDRESS, COUNT, DIGITS, TIMEOUT, agrees


def request(index: int) -> dict[str, Any]:
    images = DIGITS[index : index + 1]
    return {
        "model_name": "lenet",
        "inputs": [InferInput("image", images.shape, "UINT8").set_data_from_numpy(images)],
        "request_id": str(index),
    }


async def requests() -> AsyncIterator[dict[str, Any]]:
    for index in range(COUNT):
        yield request(index)


async def main() -> None:
    async with InferenceServerClient(ADDRESS) as client:
        assert await client.is_server_ready()
        results = await asyncio.gather(*(client.infer(**request(index)) for index in range(COUNT)))
        for index, result in enumerate(results):
            assert result.get_response().id == str(index)
            agrees(result, index, index + 1)
        answered = 0
        async for result, error in client.stream_infer(requests(), stream_timeout=TIMEOUT):
            assert error is None, error
            assert result.get_response().id == str(answered)
            agrees(result, answered, answered + 1)
            answered += 1
        assert answered == COUNT


asyncio.run(main())
