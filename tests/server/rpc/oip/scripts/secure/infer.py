"""The client over mutual TLS, with a token: sync and as a stream; without a certificate or a token, it is refused."""

from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from tritonclient.grpc import InferenceServerClient, InferInput
from tritonclient.utils import InferenceServerException

from tests.server.rpc.oip.scripts.data import ADDRESS, DIGITS, FOLDER, TIMEOUT, agrees

AUTHORITY, KEY, CERTIFICATE = (str(FOLDER / name) for name in ("authority.pem", "me.key", "me.pem"))
TOKEN = {"authorization": f"Bearer {(FOLDER / 'token').read_text()}"}
image = InferInput("image", DIGITS.shape, "UINT8").set_data_from_numpy(DIGITS)


def status(call: Callable[[], object]) -> str:
    try:
        call()
    except InferenceServerException as error:
        return str(error.status())
    return "OK"


with InferenceServerClient(
    ADDRESS, ssl=True, root_certificates=AUTHORITY, private_key=KEY, certificate_chain=CERTIFICATE
) as client:
    agrees(client.infer("lenet", [image], headers=TOKEN), 0, len(DIGITS))
    assert client.is_model_ready("lenet", headers=TOKEN)
    assert status(lambda: client.infer("lenet", [image])) == "StatusCode.UNAUTHENTICATED"
    assert status(lambda: client.unload_model("lenet", headers=TOKEN)) == "StatusCode.PERMISSION_DENIED"
    answers: SimpleQueue[tuple[Any, Any]] = SimpleQueue()
    client.start_stream(lambda result, error: answers.put((result, error)), headers=TOKEN, stream_timeout=TIMEOUT)
    client.async_stream_infer("lenet", [image])
    result, error = answers.get(timeout=TIMEOUT)
    assert error is None, error
    agrees(result, 0, len(DIGITS))
    client.stop_stream()
with InferenceServerClient(ADDRESS, ssl=True, root_certificates=AUTHORITY) as client:
    assert status(lambda: client.infer("lenet", [image], headers=TOKEN)) == "StatusCode.UNAVAILABLE"
