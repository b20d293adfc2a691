"""Compatibility: what a newer shape breaks for those who speak the older one. Pure; every finding is a sentence.

Two versions of one major must work together both ways, so a server of the newer one has to read everything that the
older sends, and what it answers must be what the older expects.
"""

from __future__ import annotations

from collections.abc import Iterator

from nova_lite.rpc.wire.shape import Item, MethodShape, Shape, Thing, TypeText


def breaks(old: Shape, new: Shape) -> list[str]:
    """Why peers that speak ``old`` cannot work with ``new``; empty when they can."""
    return [*_methods(old, new), *_objects(old, new), *_unmarked(old, new)]


def _methods(old: Shape, new: Shape) -> Iterator[str]:
    for name, before in old.methods.items():
        after = new.methods.get(name)
        if after is None:
            yield f"method {name} is gone"
        else:
            yield from _method(name, before, after)
    for name, added in new.methods.items():
        if name not in old.methods and _number(added.since) <= _number(old.version):
            yield (
                f"method {name} is new: it needs since={new.version!r}, and the interface a version above {old.version}"
            )


def _method(name: str, before: MethodShape, after: MethodShape) -> Iterator[str]:
    if before.kind != after.kind:
        yield f"method {name} was a {before.kind}, is a {after.kind}"
    if before.result != after.result:
        yield f"method {name} returned {_say(before.result)}, returns {_say(after.result)}"
    yield from _fields(f"method {name}", before.parameters, after.parameters)


def _objects(old: Shape, new: Shape) -> Iterator[str]:
    for name, before in old.objects.items():
        after = new.objects.get(name)
        if after is not None and after.fingerprint != before.fingerprint:
            yield from _object(name, before, after)


def _object(name: str, before: Thing, after: Thing) -> Iterator[str]:
    yield from (f"{name} has no value {value!r} any more" for value in before.values if value not in after.values)
    if before.tag != after.tag:
        yield f"{name} was tagged {before.tag or 'nothing'}, is {after.tag or 'nothing'}"
    yield from _fields(name, before.fields, after.fields)


def _fields(owner: str, before: dict[str, Item], after: dict[str, Item]) -> Iterator[str]:
    for name, item in before.items():
        if name not in after:
            yield f"{owner} has no {name} any more"
            continue
        if not _reads(after[name].type, item.type):
            yield f"{owner}: {name} was {_say(item.type)}, is {_say(after[name].type)}"
        if item.default is not None and after[name].default is None:
            yield f"{owner}: {name} had a default, has none"
    for name, item in after.items():
        if name not in before and item.default is None:
            yield f"{owner} needs {name}, which is new and has no default"


def _unmarked(old: Shape, new: Shape) -> Iterator[str]:
    """What is new and would be sent to those who do not know it: they refuse unknown parameters and fields."""
    owners = [
        (f"method {name}", before.parameters, new.methods[name].parameters)
        for name, before in old.methods.items() if name in new.methods
    ] + [(name, before.fields, new.objects[name].fields) for name, before in old.objects.items() if name in new.objects]
    for owner, known, now in owners:
        for name, item in now.items():
            marked = item.since and _number(item.since) > _number(old.version)
            if name not in known and item.default is not None and not marked:
                yield f"{owner}: {name} is new: mark it Since with {new.version!r}"


def _reads(reader: TypeText, written: TypeText) -> bool:
    """True when a reader of the one type reads everything of the other."""
    alternatives = {reader} if isinstance(reader, str) else set(reader)
    return alternatives >= ({written} if isinstance(written, str) else set(written))


def _say(text: TypeText) -> str:
    return text if isinstance(text, str) else " | ".join(text)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
