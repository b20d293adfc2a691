"""Samples: messages of a contract, made from its types alone: every method, every field absent and present, every
alternative of every union."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect as types

from nova_lite.core.errors import NovaLiteError
from nova_lite.rpc.codec import Codec
from nova_lite.rpc.envelope import Answer, Circumstances, Request
from nova_lite.rpc.errors import Refused
from nova_lite.rpc.interface import Interface, Method
from nova_lite.rpc.serializer import WrongType
from nova_lite.rpc.signing import NoSigner

DEPTH = 12  # classes inside each other: one that holds itself ends here
AT = 1_000_000.0  # when the messages were sent
CODEC = Codec(NoSigner(), 1 << 20)
CONTEXT = Circumstances("req-1", "user", "project", ("member",), "name", "project name", AT + 60)
PLAIN: dict[type[types.Type], object] = {
    types.IntType: 7, types.FloatType: 1.5, types.StrType: "text", types.BytesType: b"\x00\xff", types.BoolType: True,
    types.NoneType: None, types.AnyType: "anything",
}


class Message(NamedTuple):
    """``direction`` is ``request`` or ``answer``; ``payload`` an unsigned frame."""

    method: str
    direction: str
    payload: bytes


def messages(interface: Interface[Any]) -> Iterator[Message]:
    """The corpus of a contract, always the same for the same contract."""
    variety = Variants()
    for name, method in sorted(interface.methods.items()):
        for number, value in enumerate(variety.of(types.type_info(method.arguments.kind))):
            request = Request(
                f"{name}-{number}", method.kind, interface.topic, interface.name, str(interface.version), name,
                msgspec.msgpack.encode(value), CONTEXT, "sender", "sender/1", AT, AT + 60,
            )
            yield Message(name, "request", CODEC.seal_request(request))
        if method.kind == "call":
            for value in variety.of(types.type_info(method.result.kind)):
                answer = Answer(f"{name}-0", "sender/1", "receiver", AT, msgspec.msgpack.encode(value))
                yield Message(name, "answer", CODEC.seal_answer(answer))


class Variants:
    """Values of types as they are on the wire. A class shows its variety once, where it is met first."""

    def __init__(self) -> None:
        self._shown: set[type] = set()

    def of(self, kind: types.Type, depth: int = 0) -> list[object]:
        """The last is the fullest."""
        if isinstance(kind, types.UnionType):
            return [value for member in kind.types for value in self.of(member, depth)]
        if isinstance(kind, types.StructType):
            return [] if depth > DEPTH else self._struct(kind, depth)
        if isinstance(kind, types.EnumType):
            return self._once(kind.cls, [member.value for member in kind.cls])
        if isinstance(kind, types.LiteralType):
            return list(kind.values)
        if isinstance(kind, types.DictType):
            keys = self.of(kind.key_type, depth)
            return [{}, *({keys[-1]: value} for value in self.of(kind.value_type, depth))]
        if isinstance(kind, types.TupleType):
            return [[self.of(member, depth)[-1] for member in kind.item_types]]
        if isinstance(kind, types.ListType | types.VarTupleType | types.SetType | types.FrozenSetType):
            return [[], *([value] for value in self.of(kind.item_type, depth))]
        return [PLAIN[type(kind)]]

    def _once(self, owner: type, values: list[object]) -> list[object]:
        if owner in self._shown:
            return values[-1:]
        self._shown.add(owner)
        return values

    def _struct(self, kind: types.StructType, depth: int) -> list[object]:
        tag: dict[str, object] = {} if kind.tag is None else {str(kind.tag_field): kind.tag}
        choices = {field.encode_name: self.of(field.type, depth + 1) for field in kind.fields}
        full = tag | {name: values[-1] for name, values in choices.items() if values}
        least = tag | {field.encode_name: full[field.encode_name] for field in kind.fields if field.required}
        others = [least | {name: value} for name, values in choices.items() for value in values[:-1]]
        return self._once(kind.cls, [least, *others, full])


def replay(interface: Interface[Any], message: Message) -> str:
    """Why this version cannot read a message of an older one; empty when it can."""
    method = interface.methods.get(message.method)
    if method is None:
        return f"{interface.name} has no method {message.method}"
    try:
        _read(interface, method, message)
    except (NovaLiteError, WrongType) as error:
        return f"{message.direction} of {interface.name}.{message.method}: {error}"
    return ""


def _read(interface: Interface[Any], method: Method, message: Message) -> None:
    if message.direction == "answer":
        method.result.decode(CODEC.open_answer(message.payload).result)
        return
    request = CODEC.open_request(message.payload)
    if request.kind != method.kind or request.interface != interface.name:
        raise Refused(f"a {request.kind} to {request.interface}")
    method.arguments.decode(request.arguments)
