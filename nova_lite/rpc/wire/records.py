"""Records: the directory where shapes and corpora of all versions lie, and what a style test asks of it."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from nova_lite.rpc.envelope import SEALED, VERSION, Answer, Frame, Request, Sealed
from nova_lite.rpc.interface import Interface
from nova_lite.rpc.ping import Pong
from nova_lite.rpc.version import Version
from nova_lite.rpc.wire.compatibility import breaks
from nova_lite.rpc.wire.encrypted import encrypted, replay_encrypted
from nova_lite.rpc.wire.envelopes import envelopes, replay_envelope
from nova_lite.rpc.wire.samples import Message, messages, replay
from nova_lite.rpc.wire.shape import Shape, shape_of, shape_of_objects

ENVELOPES = (
    shape_of_objects("envelope", f"{VERSION}.0", Frame, Request, Answer, Pong),
    shape_of_objects("envelope", f"{SEALED}.0", Sealed),
)
CORPORA = ((ENVELOPES[0], envelopes), (ENVELOPES[1], encrypted))


class Record(msgspec.Struct, frozen=True):
    """A shape as it is kept. ``released``: somebody runs it, so it never changes again."""

    released: bool
    shape: Shape


class Records:
    """Reads and writes one directory."""

    def __init__(self, directory: Path, more: Sequence[Shape] = ()) -> None:
        """:param more: objects besides the envelope's that travel outside of contracts."""
        self._directory, self._objects = directory, (*ENVELOPES, *more)

    def complaints(self, interfaces: list[Interface[Any]]) -> list[str]:
        """What must be done before these contracts may be committed; empty when nothing."""
        found = [complaint for shape in self._objects for complaint in self._about(shape)] + self._misread_envelopes()
        for shape, corpus in () if found else CORPORA:
            if self._corpus(shape.interface, shape.version) != list(corpus()):
                found.append(f"{shape.interface} {shape.version}: its corpus is not that of its shape")
        for interface in interfaces:
            found += self._about(shape_of(interface)) + self._unreadable(interface)
            kept = self._corpus(interface.name, str(interface.version))
            if not found and kept != list(messages(interface)):
                found.append(f"{interface.name} {interface.version}: its corpus is not that of its shape")
        return found

    def write(self, interfaces: list[Interface[Any]], release: bool) -> list[str]:
        """Record the contracts as they are now; what is refused is returned and left as it was."""
        self._directory.mkdir(parents=True, exist_ok=True)
        refused = []
        corpora = {shape.version: corpus for shape, corpus in CORPORA}
        for shape in self._objects:
            corpus = corpora.get(shape.version) if shape in ENVELOPES else None
            refused += self._put(shape, list(corpus()) if corpus else [], release)
        for interface in interfaces:
            refused += self._put(shape_of(interface), list(messages(interface)), release)
        return refused

    def _put(self, shape: Shape, corpus: list[Message], release: bool) -> list[str]:
        kept = self._kept(shape)
        refusal = _reasons(kept, shape) if kept is not None and kept.released else []
        refusal += self._broken(shape)
        if refusal or (kept is not None and kept.released):
            return refusal
        text = msgspec.json.format(msgspec.json.encode(Record(release, shape)), indent=1)
        self._path(shape.interface, shape.version, "json").write_bytes(text + b"\n")
        if corpus:
            lines = [f"{message.method} {message.direction} {message.payload.hex()}\n" for message in corpus]
            packed = gzip.compress("".join(lines).encode(), mtime=0)
            self._path(shape.interface, shape.version, "messages.gz").write_bytes(packed)
        return []

    def _about(self, shape: Shape) -> list[str]:
        kept, title = self._kept(shape), f"{shape.interface} {shape.version}"
        if kept is None:
            return [f"{title} is not recorded"]
        if kept.released:
            return _reasons(kept, shape) + self._broken(shape)
        stale = (
            [] if kept.shape == shape
            else [f"{title} is not what is recorded: {_first_difference(kept.shape, shape)}"]
        )
        return stale + self._broken(shape)

    def _broken(self, shape: Shape) -> list[str]:
        """What this shape breaks for the released versions of the same major."""
        return [
            f"{shape.interface} {shape.version} breaks {older.shape.version}, which is released: {reason}"
            for older in self._released(shape) for reason in breaks(older.shape, shape)
        ]

    def _released(self, shape: Shape) -> list[Record]:
        current = Version.parse(shape.version)
        records = [self._read(path) for path in sorted(self._directory.glob(f"{shape.interface}-*.json"))]
        return [
            record for record in records
            if record.released and record.shape.interface == shape.interface
            and current != (version := Version.parse(record.shape.version)) and current.understands(version)
        ]

    def _unreadable(self, interface: Interface[Any]) -> list[str]:
        reasons = [
            f"released {older.shape.version}: {reason}" for older in self._released(shape_of(interface))
            for message in self._corpus(interface.name, older.shape.version) if (reason := replay(interface, message))
        ]
        return list(dict.fromkeys(reasons))

    def _misread_envelopes(self) -> list[str]:
        found = []
        name = ENVELOPES[0].interface
        for path in sorted(self._directory.glob(f"{name}-*.messages.gz")):
            version = path.name.removeprefix(f"{name}-").removesuffix(".messages.gz")
            major = Version.parse(version).major
            for message in self._corpus(name, version):
                # Who has no keys refuses what is encrypted as what it is, whoever has them reads it.
                reasons = [replay_envelope(message, major), *([replay_encrypted(message)] if major == SEALED else [])]
                found += [f"{name} {version}: {reason}" for reason in reasons if reason]
        return list(dict.fromkeys(found))

    def _corpus(self, name: str, version: str) -> list[Message]:
        path = self._path(name, version, "messages.gz")
        lines = gzip.decompress(path.read_bytes()).decode().splitlines() if path.exists() else []
        parts = (line.split(" ") for line in lines)
        return [Message(method, direction, bytes.fromhex(payload)) for method, direction, payload in parts]

    def _kept(self, shape: Shape) -> Record | None:
        path = self._path(shape.interface, shape.version, "json")
        return self._read(path) if path.exists() else None

    def _path(self, name: str, version: str, suffix: str) -> Path:
        return self._directory / f"{name}-{version}.{suffix}"

    @staticmethod
    def _read(path: Path) -> Record:
        return msgspec.json.decode(path.read_bytes(), type=Record)


def _reasons(kept: Record, shape: Shape) -> list[str]:
    if kept.shape == shape:
        return []
    title = f"{shape.interface} {shape.version} is released and has changed: {_first_difference(kept.shape, shape)}"
    serious = breaks(kept.shape, shape)
    return [f"{title}; give it the next {'major' if serious else 'minor'} version"]


def _first_difference(old: Shape, new: Shape) -> str:
    for noun, before, after in (("method", old.methods, new.methods), ("object", old.objects, new.objects)):
        names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        if names:
            return f"{noun} {', '.join(names)}"
    return "its topic"
