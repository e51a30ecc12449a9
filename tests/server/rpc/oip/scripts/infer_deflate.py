"""Requests compressed with deflate: answered, or refused in the words of gRPC's specification, never misread."""

from tritonclient.grpc import InferenceServerClient, InferInput
from tritonclient.utils import InferenceServerException

from tests.server.rpc.oip.scripts.data import ADDRESS, DIGITS, agrees

with InferenceServerClient(ADDRESS) as client:
    image = InferInput("image", DIGITS.shape, "UINT8").set_data_from_numpy(DIGITS)
    refusal = ""
    try:
        agrees(client.infer("lenet", [image], compression_algorithm="deflate"), 0, len(DIGITS))
    except InferenceServerException as error:  # the native transport knows gzip only
        refusal = str(error)
    assert not refusal or ("UNIMPLEMENTED" in refusal and "compressed with `deflate`" in refusal), refusal
    agrees(client.infer("lenet", [image], compression_algorithm="gzip"), 0, len(DIGITS))
