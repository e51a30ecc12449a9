"""The client loads and unloads models, and asks for a version by its label; the server loads what callers say."""

from tritonclient.grpc import InferenceServerClient, InferInput
from tritonclient.utils import InferenceServerException

from tests.server.rpc.oip.scripts.data import ADDRESS, DIGITS, agrees


def status(load: str) -> str:
    try:
        client.load_model(load)
    except InferenceServerException as error:
        return str(error.status())
    return "OK"


image = InferInput("image", DIGITS.shape, "UINT8").set_data_from_numpy(DIGITS)
with InferenceServerClient(ADDRESS) as client:
    assert "model_repository" in client.get_server_metadata().extensions
    assert not client.is_server_ready()
    states = {(each.name, each.version): each.state for each in client.get_model_repository_index().models}
    assert states == {("broken", "1"): "UNAVAILABLE", ("lenet", "1"): "UNAVAILABLE", ("lenet", "2"): "UNAVAILABLE"}

    client.load_model("lenet")
    assert client.is_server_ready()
    assert client.is_model_ready("lenet", "2")
    for version, answered_by in (("", "2"), ("1", "1"), ("stable", "1")):
        result = client.infer("lenet", [image], version)
        assert result.get_response().model_version == answered_by
        agrees(result, 0, len(DIGITS))

    assert status("broken") == "StatusCode.INVALID_ARGUMENT"
    assert status("unknown") == "StatusCode.NOT_FOUND"
    client.unload_model("lenet")
    assert not client.is_model_ready("lenet")
    assert status("lenet") == "OK"
