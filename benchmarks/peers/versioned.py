"""The record of an instance as an oslo.versionedobjects object, for codecs.py: how Nova sends its own."""

from __future__ import annotations

import enum
import functools
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from oslo_serialization import jsonutils
from oslo_versionedobjects import base, fields  # type: ignore[import-not-found]  # only its own environment has it

from nova_lite.objects.instance import Instance

SERIALIZER = base.VersionedObjectSerializer()
PLAIN = {str: fields.String, int: fields.Integer, float: fields.Float, bool: fields.Boolean}


def field_type(kind: Any) -> Any:
    """The library's word for a type of ours that is not optional."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return fields.Object(declared(kind).__name__)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        texts = [one.value for one in kind]
        return fields.Enum(valid_values=texts) if isinstance(texts[0], str) else fields.Integer()
    if origin is Literal:
        return fields.Enum(valid_values=list(arguments))
    if origin is tuple:
        return fields.List(field(arguments[0]))
    if origin is dict:
        return fields.Dict(field(arguments[1]))
    return PLAIN[kind]()


def field(kind: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return field(arguments[0])
    optional = origin in (Union, types.UnionType)
    one = next(one for one in arguments if one is not type(None)) if optional else kind
    return fields.Field(field_type(one), nullable=optional)


@functools.cache
def declared(struct: type[msgspec.Struct]) -> Any:
    """The object class of a struct, registered."""
    own = {one.name: field(one.type) for one in msgspec.structs.fields(struct)}
    bases = (base.VersionedObject, base.ComparableVersionedObject)
    made = type(struct.__name__, bases, {"fields": own, "VERSION": "1.0"})
    return base.VersionedObjectRegistry.register(made)


def wrapped(value: Any, kind: Any) -> Any:
    """A document as the library sends it: each object in an envelope of its own."""
    if isinstance(value, list | tuple):
        return [wrapped(one, get_args(kind)[0]) for one in value]
    classes = (one for one in (kind, *get_args(kind)) if isinstance(one, type))
    struct = next((one for one in classes if issubclass(one, msgspec.Struct)), None)
    if struct is None or not isinstance(value, dict):
        return value
    kinds = {one.name: one.type for one in msgspec.structs.fields(struct)}
    data = {name: wrapped(held, kinds.get(name)) for name, held in value.items()}
    return {"versioned_object.name": struct.__name__, "versioned_object.namespace": "versionedobjects",
            "versioned_object.version": "1.0", "versioned_object.data": data}


def write(document: dict[str, Any]) -> bytes:
    return jsonutils.dump_as_bytes(wrapped(document, Instance))


def encode(value: Any) -> bytes:
    return jsonutils.dump_as_bytes(SERIALIZER.serialize_entity(None, value))


def decode(raw: bytes) -> Any:
    return SERIALIZER.deserialize_entity(None, jsonutils.loads(raw))


declared(Instance)
