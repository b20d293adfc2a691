"""The initramfs archive: cpio in the "newc" format, owned by root whoever builds it.

Format: the kernel's Documentation/driver-api/early-userspace/buffer-format.rst.
"""

import gzip
import stat
from collections.abc import Iterator
from pathlib import Path

_MAGIC = "070701"
_TRAILER = "TRAILER!!!"


def archive(tree: Path) -> bytes:
    """All directories, files and links below `tree`, gzipped; the same tree gives the same bytes."""
    entries = [_entry(number, path, tree) for number, path in enumerate(_walk(tree), start=1)]
    return gzip.compress(b"".join(entries) + record(_TRAILER, 0, b"", number=0), compresslevel=9, mtime=0)


def record(name: str, mode: int, data: bytes, number: int) -> bytes:
    """One archive member: 13 fields of eight hex digits, the name, the data, each part padded to four bytes."""
    encoded = name.encode() + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    fields = (number, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(encoded), 0)
    header = (_MAGIC + "".join(f"{field:08X}" for field in fields)).encode()
    return _padded(header + encoded) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _walk(tree: Path) -> Iterator[Path]:
    """Parents before children, in the order of names."""
    for path in sorted(tree.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)


def _entry(number: int, path: Path, tree: Path) -> bytes:
    mode = path.lstat().st_mode
    data = b""
    if path.is_symlink():
        data = str(path.readlink()).encode()
    elif path.is_file():
        data = path.read_bytes()
    return record(str(path.relative_to(tree)), mode, data, number)
