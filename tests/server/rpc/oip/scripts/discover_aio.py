"""What the asyncio client can ask of server, models and repository."""

import asyncio

from tritonclient.grpc.aio import InferenceServerClient

from tests.server.rpc.oip.scripts.data import ADDRESS


async def main() -> None:
    async with InferenceServerClient(ADDRESS) as client:
        assert await client.is_server_live()
        assert await client.is_server_ready()
        assert await client.is_model_ready("lenet", "1")
        assert not await client.is_model_ready("vgg")
        assert (await client.get_server_metadata()).name == "lenet-server"
        model = await client.get_model_metadata("lenet")
        assert [each.name for each in model.outputs] == ["probabilities", "logits"]
        assert (await client.get_model_config("lenet")).config.max_batch_size == 64
        (statistics,) = (await client.get_inference_statistics("lenet")).model_stats
        assert (statistics.name, statistics.version) == ("lenet", "1")
        (indexed,) = (await client.get_model_repository_index()).models
        assert (indexed.name, indexed.state) == ("lenet", "READY")


asyncio.run(main())
