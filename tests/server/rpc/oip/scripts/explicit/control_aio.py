"""The asyncio client loads and unloads models."""

import asyncio

from tritonclient.grpc import InferInput
from tritonclient.grpc.aio import InferenceServerClient

from tests.server.rpc.oip.scripts.data import ADDRESS, DIGITS, agrees


async def main() -> None:
    image = InferInput("image", DIGITS.shape, "UINT8").set_data_from_numpy(DIGITS)
    async with InferenceServerClient(ADDRESS) as client:
        assert not await client.is_model_ready("lenet")
        await client.load_model("lenet")
        assert await client.is_model_ready("lenet")
        agrees(await client.infer("lenet", [image], "stable"), 0, len(DIGITS))
        await client.unload_model("lenet")
        assert not await client.is_model_ready("lenet")


asyncio.run(main())
