"""The Open Inference Protocol v2, generated from `grpc_service.proto` and `model_config.proto`.

Only `lenet_server` imports it: every copy of the protocol uses the same message names, and protobuf's default pool
holds one of each. A program with another copy, such as tritonclient's, must not load this one: `lenet_client` makes its
messages from `grpc_service.binpb`, the same descriptors as data, in a pool of its own.
"""
