"""The Open Inference Protocol v2, generated from `grpc_service.proto` and `model_config.proto`.

For `lenet_server` alone: on the wire the messages are named as everybody's copy of the protocol names them, and
protobuf allows one copy in a process. A client that has another, such as tritonclient's, must not load this one.
"""
