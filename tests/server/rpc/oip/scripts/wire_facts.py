"""The protocol as tritonclient has it: each message, field, enum value and method of ours is there, and is the same."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorProto
from tritonclient.grpc import model_config_pb2, service_pb2

from tests.server.rpc.oip.scripts.data import FOLDER


def facts(file: FileDescriptorProto) -> Iterator[tuple[str, Any]]:
    """Each name with what the wire makes of it."""
    for service in file.service:
        for method in service.method:
            streams = (method.client_streaming, method.server_streaming)
            yield f"{file.package}.{service.name}.{method.name}", (method.input_type, method.output_type, *streams)
    for enum in file.enum_type:
        yield from (((f"{file.package}.{enum.name}.{value.name}"), value.number) for value in enum.value)
    for message in file.message_type:
        yield from facts_of(f"{file.package}.{message.name}", message)


def facts_of(name: str, message: Any) -> Iterator[tuple[str, Any]]:
    yield name, None
    for field in message.field:
        oneof = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else None
        yield f"{name}.{field.name}", (field.number, field.type, field.label, field.type_name, oneof)
    for enum in message.enum_type:
        yield from (((f"{name}.{enum.name}.{value.name}"), value.number) for value in enum.value)
    for nested in message.nested_type:
        yield from facts_of(f"{name}.{nested.name}", nested)


theirs: dict[str, Any] = {}
for module in (service_pb2, model_config_pb2):
    copy = FileDescriptorProto()
    module.DESCRIPTOR.CopyToProto(copy)
    theirs.update(facts(copy))
ours: dict[str, Any] = {}
for path in FOLDER.glob("*.descriptor"):
    ours.update(facts(FileDescriptorProto.FromString(path.read_bytes())))
assert len(ours) > 150
assert {name: fact for name, fact in ours.items() if name not in theirs or theirs[name] != fact} == {}
