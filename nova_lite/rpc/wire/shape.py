"""Shape: a contract as plain data, as its messages show it. Names of classes stand for their fields, told once."""

from __future__ import annotations

import enum
import hashlib
import inspect
import json
from typing import Any

import msgspec
from msgspec import inspect as types

from nova_lite.rpc.errors import ContractError
from nova_lite.rpc.interface import Interface, Method
from nova_lite.rpc.levelling import default_of, since_of

# The text of a type; several texts are the alternatives of a union.
TypeText = str | list[str]


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field or parameter. ``default`` is its text; None: it must be there. ``since``: empty, from the beginning."""

    type: TypeText
    default: str | None = None
    since: str = ""


class Thing(msgspec.Struct, frozen=True, omit_defaults=True):
    """A struct: ``fields``; or an enumeration: ``values``. ``fingerprint`` covers all the rest."""

    fields: dict[str, Item] = {}
    values: list[str] = []
    tag: str = ""
    strict: bool = False
    fingerprint: str = ""


class MethodShape(msgspec.Struct, frozen=True, omit_defaults=True):
    kind: str
    since: str
    parameters: dict[str, Item]
    result: TypeText


class Shape(msgspec.Struct, frozen=True, omit_defaults=True):
    """``objects`` are all classes that the methods carry, also inside others."""

    interface: str
    topic: str
    version: str
    methods: dict[str, MethodShape] = {}
    objects: dict[str, Thing] = {}


class _Reader:
    """Collects the classes that it meets in the messages of one interface."""

    def __init__(self, interface: str) -> None:
        self._interface = interface
        self.objects: dict[str, Thing] = {}
        self._classes: dict[str, type] = {}

    def text(self, kind: types.Type) -> TypeText:
        if isinstance(kind, types.UnionType):
            return sorted(self.single(member) for member in kind.types)
        return self.single(kind)

    def single(self, kind: types.Type) -> str:
        if isinstance(kind, types.StructType | types.EnumType):
            return self._named(kind)
        if isinstance(kind, types.UnionType):
            return " | ".join(sorted(self.single(member) for member in kind.types))
        if isinstance(kind, types.LiteralType):
            return f"literal[{', '.join(sorted(map(repr, kind.values)))}]"
        if isinstance(kind, types.DictType):
            return f"dict[{self.single(kind.key_type)}, {self.single(kind.value_type)}]"
        if isinstance(kind, types.TupleType):
            return f"tuple[{', '.join(map(self.single, kind.item_types))}]"
        if isinstance(kind, types.ListType | types.VarTupleType | types.SetType | types.FrozenSetType):
            return f"list[{self.single(kind.item_type)}]"  # the same bytes, whatever it is in memory
        return _plain(kind)

    def _named(self, kind: types.StructType | types.EnumType) -> str:
        name = kind.cls.__name__
        if self._classes.setdefault(name, kind.cls) is not kind.cls:
            raise ContractError(f"two classes named {name} in one contract")
        if name not in self.objects:
            self.objects[name] = Thing()  # a class may hold itself
            found = _enumeration(kind) if isinstance(kind, types.EnumType) else self._struct(kind)
            self.objects[name] = _printed(found)
        return name

    def _struct(self, kind: types.StructType) -> Thing:
        fields = {
            field.encode_name: Item(self.text(field.type), _default(field), self._since(kind.cls, field.name))
            for field in kind.fields
        }
        return Thing(
            fields=fields, tag="" if kind.tag is None else f"{kind.tag_field}={kind.tag}",
            strict=kind.forbid_unknown_fields,
        )

    def _since(self, owner: type, field: str) -> str:
        mark = since_of(owner, field)
        return str((mark.of(self._interface) if mark else None) or "")

    def method(self, method: Method) -> MethodShape:
        arguments = types.type_info(method.arguments.kind)
        assert isinstance(arguments, types.StructType)
        return MethodShape(
            method.kind, str(method.since), dict(self._struct(arguments).fields),
            self.text(types.type_info(method.result.kind)),
        )


def _plain(kind: types.Type) -> str:
    limits = [
        f"{name}={value!r}" for name in getattr(kind, "__struct_fields__", ())
        if (value := getattr(kind, name)) is not None
    ]
    name = type(kind).__name__.removesuffix("Type").lower()
    return f"{name}({', '.join(limits)})" if limits else name


def _enumeration(kind: types.EnumType) -> Thing:
    members: list[enum.Enum] = list(kind.cls)
    return Thing(values=sorted(str(member.value) for member in members))


def _default(field: types.Field) -> str | None:
    if field.required:
        return None
    return json.dumps(msgspec.to_builtins(default_of(field)), sort_keys=True)


def _printed(thing: Thing) -> Thing:
    digest = hashlib.sha256(msgspec.json.encode(thing, order="deterministic")).hexdigest()[:16]
    return msgspec.structs.replace(thing, fingerprint=digest)


def shape_of(interface: Interface[Any]) -> Shape:
    """:raises ContractError: two classes of one contract have the same name."""
    reader = _Reader(interface.name)
    methods = {name: reader.method(method) for name, method in sorted(interface.methods.items())}
    return Shape(
        interface.name, interface.topic, str(interface.version), methods, dict(sorted(reader.objects.items()))
    )


def shape_of_objects(name: str, version: str, *kinds: type) -> Shape:
    """The shape of objects that travel outside of any contract."""
    reader = _Reader(name)
    for kind in kinds:
        assert inspect.isclass(kind)
        reader.single(types.type_info(kind))
    return Shape(name, "", version, {}, dict(sorted(reader.objects.items())))
