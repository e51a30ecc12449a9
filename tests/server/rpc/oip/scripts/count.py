"""Statistics grow by what is sent."""

from tritonclient.grpc import InferenceServerClient, InferInput

from tests.server.rpc.oip.scripts.data import ADDRESS, DIGITS

with InferenceServerClient(ADDRESS) as client:
    (before,) = client.get_inference_statistics("lenet").model_stats
    for size in (1, 7, 7):
        image = InferInput("image", DIGITS[:size].shape, "UINT8").set_data_from_numpy(DIGITS[:size])
        client.infer("lenet", [image])
    (after,) = client.get_inference_statistics().model_stats
    assert (after.name, after.version) == ("lenet", "1")
    assert after.last_inference > before.last_inference
    assert after.inference_count - before.inference_count == 15
    assert after.execution_count - before.execution_count == 3
    for kind in ("success", "queue", "compute_infer"):
        earlier, later = getattr(before.inference_stats, kind), getattr(after.inference_stats, kind)
        assert later.count - earlier.count == 3
        assert later.ns > earlier.ns
    sevens = [
        sum(each.compute_infer.count for each in stats.batch_stats if each.batch_size == 7) for stats in (before, after)
    ]
    assert sevens[1] - sevens[0] == 2
