"""Levelling: what a sender leaves out so that an older version understands it.

A parameter, or a field of a struct that travels, that is newer than its interface's first minor says so::

    def take(self, context: RequestContext, article: str, gift: Annotated[bool, Since("1.1")] = False) -> int: ...

    class HostReport(...):
        numa_nodes: Annotated[int, Since(conductor="1.2")] = 1        # fields belong to several interfaces

To a receiver that speaks less it is left out, when its value is its default, or when the mark says that it may be lost
(``Since("1.1", losable=True)``); otherwise the message is refused, by name, and not sent. Answers to an older caller
leave out whatever that does not know: it did not ask for it.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import inspect as types

from nova_lite.rpc.errors import CannotSend, ContractError
from nova_lite.rpc.version import Version

Trim = Callable[[Any, Version, str], Any]
"""(value as msgpack has it, version to speak, where it is) -> what is left of it."""


class Since:
    """The version of an interface that a parameter or field came with; of structs, by the interface's name."""

    def __init__(self, version: str = "", /, *, losable: bool = False, **interfaces: str) -> None:
        """:raises ContractError: not a version, or both ways of saying it."""
        if bool(version) == bool(interfaces):
            raise ContractError("Since needs one version, or one for each interface by name")
        self.losable = losable
        self._version = Version.parse(version) if version else None
        self._interfaces = {name: Version.parse(text) for name, text in interfaces.items()}

    def of(self, interface: str) -> Version | None:
        """None: that interface has had it from the beginning."""
        return self._version or self._interfaces.get(interface)


@dataclasses.dataclass(frozen=True, slots=True)
class _Newer:
    since: Version
    default: object
    losable: bool


class Leveller:
    """Levels values of one type for one interface. ``strict``: what may not be lost is refused, not left out."""

    def __init__(self, interface: str, kind: Any, strict: bool) -> None:
        """:raises ContractError: a field is marked and has no default."""
        self._interface, self._strict = interface, strict
        self._structs: dict[type, Trim] = {}
        self._marks = 0
        trim = self._trim(types.type_info(kind))
        self._top = trim if self._marks else None

    @property
    def marked(self) -> bool:
        """True when something may have to be left out."""
        return self._top is not None

    def level(self, raw: bytes, version: Version, title: str) -> bytes:
        """The same value as that version knows it.

        :raises CannotSend: it has something newer that may not be lost; the message names it.
        """
        if self._top is None:
            return raw
        return msgspec.msgpack.encode(self._top(msgspec.msgpack.decode(raw), version, title))

    def _trim(self, kind: types.Type) -> Trim:
        if isinstance(kind, types.StructType):
            return self._struct(kind)
        if isinstance(kind, types.ListType | types.VarTupleType | types.SetType | types.FrozenSetType):
            item = self._trim(kind.item_type)
            return lambda value, version, path: [item(one, version, f"{path}[]") for one in value]
        if isinstance(kind, types.TupleType):
            members = [self._trim(member) for member in kind.item_types]
            return lambda value, version, path: [
                trim(one, version, path) for trim, one in zip(members, value, strict=True)
            ]
        if isinstance(kind, types.DictType):
            held = self._trim(kind.value_type)
            return lambda value, version, path: {key: held(one, version, path) for key, one in value.items()}
        if isinstance(kind, types.UnionType):
            return self._union(kind)
        return lambda value, version, path: value

    def _union(self, kind: types.UnionType) -> Trim:
        # msgspec allows one alternative per kind of value, and several structs if they have tags.
        structs = {member.tag: self._trim(member) for member in kind.types if isinstance(member, types.StructType)}
        tag_field = next((member.tag_field for member in kind.types if isinstance(member, types.StructType)), None)
        maps = [self._trim(member) for member in kind.types if isinstance(member, types.DictType)]
        lists = [
            self._trim(member) for member in kind.types
            if isinstance(
                member, types.ListType | types.TupleType | types.VarTupleType | types.SetType | types.FrozenSetType
            )
        ]

        def trim(value: Any, version: Version, path: str) -> Any:
            chosen: Trim | None = None
            if isinstance(value, dict):
                chosen = structs.get(value.get(tag_field)) or next(iter(maps), None)
            elif isinstance(value, list):
                chosen = next(iter(lists), None)
            return value if chosen is None else chosen(value, version, path)

        return trim

    def _struct(self, kind: types.StructType) -> Trim:
        # A class may hold itself: what it holds is looked up when it is needed.
        if kind.cls not in self._structs:
            self._structs[kind.cls] = lambda value, version, path: value
            self._structs[kind.cls] = self._fields(kind)
        return lambda value, version, path: self._structs[kind.cls](value, version, path)

    def _fields(self, kind: types.StructType) -> Trim:
        inner = {field.encode_name: self._trim(field.type) for field in kind.fields}
        newer = self._newer(kind)
        self._marks += len(newer)

        def trim(value: dict[str, Any], version: Version, path: str) -> dict[str, Any]:
            left = {}
            for name, held in value.items():
                mark = newer.get(name)
                if mark is None or mark.since <= version:
                    left[name] = inner[name](held, version, f"{path}.{name}") if name in inner else held
                elif self._strict and not mark.losable and held != mark.default:
                    raise CannotSend(
                        f"{path}.{name} is since {mark.since} and may not be left out, the receiver speaks {version}",
                        field=name, since=str(mark.since),
                    )
            return left

        return trim

    def _newer(self, kind: types.StructType) -> dict[str, _Newer]:
        found = {}
        for field in kind.fields:
            mark = since_of(kind.cls, field.name)
            version = mark.of(self._interface) if mark is not None else None
            if mark is not None and version is not None:
                if field.required:
                    raise ContractError(f"{kind.cls.__name__}.{field.name} is since {version}: it needs a default")
                found[field.encode_name] = _Newer(version, default_of(field), mark.losable)
        return found


def since_of(owner: type, field: str) -> Since | None:
    """The mark of a struct's field, if it has one."""
    hint = typing.get_type_hints(owner, include_extras=True).get(field)
    return next((item for item in getattr(hint, "__metadata__", ()) if isinstance(item, Since)), None)


def default_of(field: types.Field) -> Any:
    """A field's default as it is on the wire."""
    value: Any = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return msgspec.to_builtins(value, builtin_types=(bytes,))
