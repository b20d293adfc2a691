"""Image data as files of one directory."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from nova_lite.core.errors import Invalid, NotFound, Unavailable
from nova_lite.core.ids import is_uuid, new_hex
from nova_lite.image.store.base import Reader, Writer
from nova_lite.image.store.errors import StoreFull

PARTIAL = ".partial"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FilesystemStore:
    """``path``/IMAGE_ID holds the data of an image; what is still coming ends in ``.partial``.

    A location is the file's name. Several processes may use one directory. Whoever writes a file holds a lock on it,
    which the system takes back when the process dies (flock(2); over NFS from version 4 on).
    """

    name = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self, image_id: str) -> Writer:
        """Begin a file under a name of its own beside the final one, so that a rename completes it."""
        final = self._file(image_id)
        with _translated():
            self._path.mkdir(parents=True, exist_ok=True)
            partial = final.with_name(f"{final.name}.{new_hex()}{PARTIAL}")
            file = partial.open("xb", buffering=0)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return FileWriter(file, partial, final)

    def open(self, location: str) -> Reader:
        """The file, open for reading."""
        with _translated():
            return self._file(location).open("rb")

    def delete(self, location: str) -> None:
        """Unlink the file; who reads it reads on."""
        with _translated():
            self._file(location).unlink(missing_ok=True)

    def last_write(self, image_id: str) -> float | None:
        """Of the image's file or of the youngest that is to become it."""
        final, times = self._file(image_id), []
        for file in (final, *self._path.glob(f"{final.name}.*{PARTIAL}")):
            with contextlib.suppress(FileNotFoundError):
                times.append(math.inf if file != final and _in_hands(file) else file.stat().st_mtime)
        return max(times, default=None)

    def sweep(self, older_than: float) -> list[str]:
        """Remove what uploads of killed processes left; the names of the files."""
        removed: list[str] = []
        for file in sorted(self._path.glob(f"*{PARTIAL}")):
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_mtime < older_than and not _in_hands(file):
                    file.unlink()
                    removed.append(file.name)
        return removed

    def _file(self, location: str) -> Path:
        # A location comes from our own records; still, nothing but an id may become a path.
        if not is_uuid(location):
            raise Invalid(f"{location!r} is no location of this store")
        return self._path / location


class FileWriter:
    """One upload. The file appears under its final name whole, or not at all."""

    def __init__(self, file: BinaryIO, partial: Path, final: Path) -> None:
        """:param file: ``partial``, open for writing without a buffer."""
        self._file: BinaryIO | None = file
        self._partial = partial
        self._final = final

    def write(self, block: bytes) -> None:
        """Append."""
        assert self._file is not None, "written after its end"
        with _translated():
            rest = memoryview(block)
            while rest:
                rest = rest[self._file.write(rest) :]

    def commit(self) -> str:
        """Flush to the disk, then rename, then flush the directory: a crash leaves the whole file or none."""
        assert self._file is not None, "committed after its end"
        with _translated():
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
            self._partial.replace(self._final)
            _sync_directory(self._final.parent)
        return self._final.name

    def abort(self) -> None:
        """Close and unlink."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._partial.unlink(missing_ok=True)


def _in_hands(partial: Path) -> bool:
    """Whether a process that lives writes the file."""
    with partial.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound("No image data could be found", path=error.filename) from error
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull(f"Image storage media is full: {error.strerror}") from error
        raise Unavailable(f"Image storage does not answer: {error.strerror}") from error
