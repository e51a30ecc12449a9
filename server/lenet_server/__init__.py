"""Serves ONNX image classifiers over gRPC, in batches.

From the wire inwards, each module knows only those below it:

    cli, settings     flags and environment in, an exit status out
    app               the whole server: put together, drained, taken down
    grpc_server       the gRPC port: Classifier service, health, reflection
    http_server       the HTTP port: /metrics, /livez, /readyz
    service, stream   protobuf messages in, answers or statuses out
    messages          between protobuf and plain values
    classifier        one call: find the model, read the pictures, queue, rank the labels
    catalog           the models that are served, from the repository's folders
    batcher           whatever calls have come become one batch
    model             the ONNX Runtime session

`metrics` and `errors` are known to several of them and know none.
"""

from importlib.metadata import version

__version__ = version("lenet-server")
