"""The Open Inference Protocol v2, generated from `grpc_service.proto` and `model_config.proto`.

For `lenet_server` alone: on the wire the messages are named as everybody's copy of the protocol names them, and
protobuf's default pool holds one copy. A program that has another, such as tritonclient's, must not load this one:
`lenet_client` makes its messages from `grpc_service.binpb`, the same descriptors as data, in a pool of its own.
"""
