"""Serves ONNX image classifiers over gRPC, in batches.

From the wire inwards, each module knows only those below it:

    cli, settings     flags and environment in, an exit status out; setting_values parses each
    check             what a start would meet
    supervisor        the whole server: the process that starts the workers and looks after them
    worker_…          a worker's process, its place, and all of them as one
    worker            what a worker does
    line, orders      what supervisor and workers ask of each other
    shared_port       the port that the workers share
    app               the whole server in one process, for tests and programs that embed it
    serving           what is between the port and the catalog, put together
    loading           from a planned version to a model with its queue
    grpc_server       the gRPC port: both services, health, reflection
    interceptor       the guard before its services
    server_options    limits of messages and connections
    credentials       TLS for it, with certificates that are renewed
    http_server       the HTTP port: /metrics, /livez, /readyz
    service           lenet.v1.Classifier: protobuf messages in, answers or statuses out
    inference_service inference.GRPCInferenceService, the same for the Open Inference Protocol
    edge, stream      what both share: count, turn errors into statuses
    guard, tokens     who may call what
    certificates      the files of TLS, tried out
    renewable         what is read again when its files change
    health            grpc.health.v1: what is well, and who watches it
    admission         the door: how many are inside, and who is turned away
    messages          between lenet.v1 and plain values
    inference_…       between the inference protocol and plain values
    classifier        one call: find the model, read the pictures, queue, rank the labels
    images            picture files and arrays become the model's input
    catalog           the models that are served, exchanged without a caller noticing
    batcher           whatever calls have come become one batch
    model, session    a file in ONNX Runtime, warmed up
    graph             what it computes: own_graph by lenet's contract, foreign_graph as foreign_options say
    job               what waits in the queue, and what the model answers

What is to be served:

    control           what callers may ask: load, unload, index
    manager           follows the repository and has the fleet serve by a plan
    fleet             those that serve: all by the plan, or none
    planner, plan     which versions, of what is on the disk, the version_policy and what is broken; repository_index
    repository        the folders, and model.toml: model_options, toml_table

`errors` are known to all of them, and `statuses` says what each becomes over gRPC. `metrics` and `model_metrics` count,
in the shared memory of `counts`; `exposition` and `model_statistics` tell what all processes have counted. `security`
says what settings mean for who can reach the server. `cores` and `logs` stand by themselves.

Whoever watches calls, `access_log` and `tracing`, is a `call_observer` of the edge, made by `observers`; the call's
`progress` tells it when what happened, and `request_id` what the call is called.
"""

import os
from importlib.metadata import version

__version__ = version("lenet-server")

# ONNX Runtime from 1.32 on tells Microsoft of its use, and leaves an identifier on the disk, unless this is set before
# it is loaded. Nobody was asked.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
