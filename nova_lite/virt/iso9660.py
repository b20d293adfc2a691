"""ISO 9660 volumes of a few small files, made in memory (ECMA-119, and Microsoft's Joliet).

A volume has its tree twice, over the same contents: in the capitals of ISO 9660, which systems without Joliet show as
small letters, and with the names as they are, which Linux, the BSDs and Windows prefer.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

SECTOR = 2048
SYSTEM_AREA = 16  # sectors, which the format leaves to others
MAGIC = b"CD001"
JOLIET = b"%/E"  # the escape sequence of UCS-2, level 3
DIRECTORY = 2  # the flag of its records

Path = tuple[str, ...]
Codec = Literal["ascii", "utf-16-be"]
Extent = tuple[int, int]  # first sector, length in bytes


def volume(label: str, files: Mapping[str, bytes], made: float) -> bytes:
    """The volume, with a label of at most 16 characters.

    :param files: contents by path, at most seven directories deep. Its parts are of letters, digits and ``_``, the last
        may have one dot; each has at most 28 characters, and no two differ by their capitals alone.
    :param made: seconds since 1970, the time of everything.
    """
    contents = {tuple(name.split("/")): content for name, content in files.items()}
    when = datetime.fromtimestamp(made, UTC)
    plain, joliet = _Tree(contents, "ascii", when), _Tree(contents, "utf-16-be", when)
    end = joliet.place(plain.place(SYSTEM_AREA + 3))  # behind two descriptors and what ends them
    places: dict[Path, Extent] = {}
    for path, content in contents.items():
        places[path] = end, len(content)
        end += _sectors(len(content))
    return b"".join((
        bytes(SYSTEM_AREA * SECTOR),
        plain.descriptor(1, label, end), joliet.descriptor(2, label, end), _filled(b"\xff" + MAGIC + b"\1"),
        plain.blocks(places), joliet.blocks(places), *map(_filled, contents.values()),
    ))


class _Tree:
    """Path tables and directories of one kind of names. First :meth:`place`, then the rest."""

    def __init__(self, files: Mapping[Path, bytes], codec: Codec, when: datetime) -> None:
        self._files, self._codec, self._when = files, codec, when
        # In the order of path tables: by depth, then by parent, then by name.
        folders = {path[:depth] for path in files for depth in range(len(path))} | {()}
        self._folders = sorted(folders, key=lambda folder: (len(folder), folder))
        self._places = dict.fromkeys(self._folders, (0, 0))
        self._table = (0, 0)

    def place(self, start: int) -> int:
        """Put both path tables at a sector and the directories behind them; the next free sector."""
        self._table = start, len(self._path_table("<"))
        start += 2 * _sectors(self._table[1])
        unknown = dict.fromkeys(self._files, (0, 0))
        for folder in self._folders:
            length = len(self._directory(folder, unknown))
            self._places[folder] = start, length
            start += _sectors(length)
        return start

    def blocks(self, files: Mapping[Path, Extent]) -> bytes:
        """Path tables and directories, once every file has its place."""
        tables = (_filled(self._path_table(order)) for order in "<>")
        return b"".join((*tables, *(self._directory(folder, files) for folder in self._folders)))

    def descriptor(self, kind: int, label: str, sectors: int) -> bytes:
        """The volume descriptor (8.4 and 8.5) of a volume of so many sectors."""
        start, length = self._table
        escape = b"" if self._codec == "ascii" else JOLIET
        made, never = f"{self._when:%Y%m%d%H%M%S}00".encode() + b"\0", b"0" * 16 + b"\0"
        return _filled(b"".join((
            bytes((kind,)), MAGIC, b"\1\0", self._text("", 32), self._text(label, 32), bytes(8), _both("I", sectors),
            escape.ljust(32, b"\0"), _both("H", 1), _both("H", 1), _both("H", SECTOR), _both("I", length),
            struct.pack("<II", start, 0), struct.pack(">II", start + _sectors(length), 0),
            self._record(b"\0", self._places[()], DIRECTORY), *(self._text("", size) for size in (*[128] * 4, *[37] * 3)),
            made, made, never, made, b"\1",
        )))

    def _text(self, text: str, size: int) -> bytes:
        """A field of a descriptor, filled with blanks."""
        characters = size if self._codec == "ascii" else size // 2
        return text.ljust(characters).encode(self._codec).ljust(size, b"\0")

    def _name(self, name: str, version: str = "") -> bytes:
        """A directory's identifier, or with its version a file's. Plain ones of files have a dot, always."""
        if self._codec == "ascii":
            name = name.upper() + ("." if version and "." not in name else "")
        return (name + version).encode(self._codec)

    def _path_table(self, order: str) -> bytes:
        """Of all directories (9.4), with numbers in one order of bytes."""
        numbers = {folder: number for number, folder in enumerate(self._folders, 1)}
        rows = b""
        for folder in self._folders:
            name = self._name(folder[-1]) if folder else b"\0"
            row = struct.pack(f"{order}BBIH", len(name), 0, self._places[folder][0], numbers[folder[:-1]]) + name
            rows += row + bytes(len(row) % 2)
        return rows

    def _directory(self, folder: Path, files: Mapping[Path, Extent]) -> bytes:
        """Records of itself, of its parent and of what is in it; none crosses the end of a sector."""
        inside = [(self._name(path[-1]), self._places[path], DIRECTORY) for path in self._folders if path[:-1] == folder != path]
        inside += [(self._name(path[-1], ";1"), place, 0) for path, place in files.items() if path[:-1] == folder]
        found = b""
        for name, place, flag in (
            (b"\0", self._places[folder], DIRECTORY), (b"\1", self._places[folder[:-1]], DIRECTORY), *sorted(inside),
        ):
            record = self._record(name, place, flag)
            if len(found) % SECTOR + len(record) > SECTOR:
                found = _filled(found)
            found += record
        return _filled(found)

    def _record(self, name: bytes, place: Extent, flag: int) -> bytes:
        """A record of a directory (9.1)."""
        when, (sector, length) = self._when, place
        date = bytes((when.year - 1900, when.month, when.day, when.hour, when.minute, when.second, 0))
        record = b"".join((
            b"\0", _both("I", sector), _both("I", length), date, bytes((flag, 0, 0)), _both("H", 1), bytes((len(name),)), name,
        ))
        record += bytes((len(record) + 1) % 2)
        return bytes((len(record) + 1,)) + record


def _both(kind: str, number: int) -> bytes:
    """A number in both orders of bytes."""
    return struct.pack(f"<{kind}", number) + struct.pack(f">{kind}", number)


def _sectors(length: int) -> int:
    return -(-length // SECTOR)


def _filled(block: bytes) -> bytes:
    """Whole sectors."""
    return block + bytes(-len(block) % SECTOR)
