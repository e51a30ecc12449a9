"""Picture files as they are, in a BYTES tensor."""

import numpy as np
from tritonclient.grpc import InferenceServerClient, InferInput

from tests.server.rpc.oip.scripts.data import ADDRESS, FOLDER, agrees

with InferenceServerClient(ADDRESS) as client:
    files = [(FOLDER / f"{index}.png").read_bytes() for index in range(8)]
    image = InferInput("image", [8], "BYTES").set_data_from_numpy(np.array(files, np.object_))
    agrees(client.infer("lenet", [image]), 0, 8)
