"""The synchronous client: each request gets the model's own answer and its id, compressed or not."""

from tritonclient.grpc import InferenceServerClient, InferInput, InferRequestedOutput

from tests.server.rpc.oip.scripts.data import ADDRESS, COUNT, DIGITS, TIMEOUT, agrees

with InferenceServerClient(ADDRESS) as client:
    for size in (1, 2, 7, COUNT):
        for compression in (None, "gzip"):  # and deflate: infer_deflate.py
            image = InferInput("image", DIGITS[:size].shape, "UINT8").set_data_from_numpy(DIGITS[:size])
            result = client.infer(
                "lenet",
                [image],
                model_version="1",
                request_id=f"{size}",
                priority=1,
                timeout=int(TIMEOUT * 1e6),
                client_timeout=TIMEOUT,
                compression_algorithm=compression,
                parameters={"mood": "good", "luck": 7, "hurry": True, "warmth": 0.5},
            )
            agrees(result, 0, size)
            response = result.get_response(as_json=True)
            assert (response["model_name"], response["model_version"], response["id"]) == ("lenet", "1", f"{size}")
            assert result.get_output("logits").datatype == "FP32"
    result = client.infer("lenet", [image], outputs=[InferRequestedOutput("logits")])
    assert result.as_numpy("probabilities") is None
    assert result.as_numpy("logits").shape == (COUNT, 10)
