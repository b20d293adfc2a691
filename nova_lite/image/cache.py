"""The compute host's cache of images: whole, verified, inspected files, named by the hash of what is in them."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext
from nova_lite.core.errors import Conflict, Unavailable, Unsupported
from nova_lite.core.ids import new_hex
from nova_lite.image import inspection
from nova_lite.objects.image import ImageMeta

LOG = logging.getLogger(__name__)

PAUSE = 0.5
RECENT = 3600.0  # seconds after its last use in which a file is kept, for those who are about to build on it
PARTIAL = ".partial"
LOCK = ".lock"
_HASHES = ("sha512", "sha384", "sha256", "sha1", "md5")
_SAFE = re.compile(r"^[A-Za-z0-9_-]{1,140}$")


class ImageCorrupt(Conflict):
    """What was downloaded is not what the record says."""

    code = "image_corrupt"


class ImageSource(Protocol):
    """Where the data come from."""

    def download(self, context: RequestContext, image_id: str) -> Iterator[bytes]:
        """The data in blocks. :raises Unavailable: they cannot be had now; a second attempt may succeed."""
        ...


class ImageCache:
    """One directory of base files. Several tasks and processes may share it; an image is downloaded once.

    ``attempts`` are made at a download, with ``pause`` seconds after the first and twice as many after each further
    one. Names: the hash where the record has one, so that equal images share a file and a changed image never meets
    old data; else ``id-`` and the image's id.
    """

    def __init__(
        self, client: ImageSource, path: Path, clock: Clock, attempts: int = 3, pause: float = PAUSE
    ) -> None:
        self._client = client
        self._path = path
        self._clock = clock
        self._attempts = attempts
        self._pause = pause
        self._locks = _Locks()

    def fetch(self, context: RequestContext, meta: ImageMeta) -> Path:
        """The file with the image's data, downloaded if need be. Nobody may write to it.

        :raises NotFound, Forbidden, Unauthenticated: as the image service answered.
        :raises Unavailable: it did not answer, ``attempts`` times.
        :raises ImageCorrupt: the data do not have the hash or the length of the record, ``attempts`` times.
        :raises FormatRefused: the content is unsafe, or not of the format that the record declares.
        """
        file = self._path / _key(meta)
        with self._locks.hold(file):
            self._path.mkdir(parents=True, exist_ok=True)
            lock = _lock_of(file)
            with concurrency.native(_FileLock, lock):
                if not file.exists():
                    self._download(context, meta, file)
                # Equal bytes may be declared to be of two formats; the check is a few reads.
                found = inspection.inspect(concurrency.native(inspection.sample_file, file))
                inspection.require(found, meta.disk_format)
                now = self._clock.now()
                # Not on the file itself: a hypervisor that runs as another user makes it its own.
                os.utime(lock, (now, now))
        return file

    def clean(self, in_use: Collection[Path], max_age: float, max_bytes: int) -> list[Path]:
        """Remove what was not used for ``max_age`` seconds; then the longest unused until ``max_bytes`` are left.

        Files ``in_use`` and those used within the last hour stay, whatever the limits. Left-overs of downloads that
        were killed go too. :returns: the files removed.
        """
        now = self._clock.now()
        removed = []
        entries = sorted(self._entries(), key=lambda entry: entry.used_at)
        total = sum(entry.size for entry in entries)
        for entry in entries:
            idle = now - entry.used_at
            if entry.file in in_use or idle < RECENT or (idle < max_age and total <= max_bytes):
                continue
            if self._remove(entry.file):
                removed.append(entry.file)
                total -= entry.size
        return removed

    def _download(self, context: RequestContext, meta: ImageMeta, file: Path) -> None:
        """Bring a file into being, whole and verified or not at all."""
        pause = self._pause
        partial = file.with_name(f"{file.name}.{new_hex()}{PARTIAL}")
        try:
            for attempt in range(1, self._attempts + 1):
                try:
                    self._receive(context, meta, partial)
                    break
                except (Unavailable, ImageCorrupt) as error:
                    if attempt == self._attempts:
                        raise
                    LOG.warning("download of image %s failed, trying again: %s", meta.id, error.message)
                    concurrency.sleep(pause)
                    pause *= 2
            found = inspection.inspect(concurrency.native(inspection.sample_file, partial))
            inspection.require(found, meta.disk_format)
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)

    def _receive(self, context: RequestContext, meta: ImageMeta, partial: Path) -> None:
        digest = _digest(meta)
        size = 0
        with partial.open("wb", buffering=0) as file:
            os.fchmod(file.fileno(), 0o644)  # the hypervisor reads it as another user
            for block in self._client.download(context, meta.id):
                size += len(block)
                if meta.size and size > meta.size:
                    raise ImageCorrupt(f"Image {meta.id} is longer than its {meta.size} bytes", image_id=meta.id)
                concurrency.native(_consume, digest, file, block)
            concurrency.native(os.fsync, file.fileno())
        if meta.size and size != meta.size:
            raise ImageCorrupt(f"Image {meta.id} has {size} bytes instead of {meta.size}", image_id=meta.id)
        if meta.hash_value and digest.hexdigest() != meta.hash_value.lower():
            raise ImageCorrupt(f"Image {meta.id} does not have the {meta.hash_algo} of its record", image_id=meta.id)

    def _entries(self) -> Iterator[_Entry]:
        """The base files; on the way, partial files that nobody writes any more are removed."""
        for file in sorted(self._path.glob("*")):
            with contextlib.suppress(FileNotFoundError):
                stat = file.stat()
                if file.suffix == PARTIAL and self._clock.now() - stat.st_mtime > RECENT:
                    file.unlink()
                if file.suffix not in (PARTIAL, LOCK):
                    yield _Entry(file, stat.st_size, _lock_of(file).stat().st_mtime)

    def _remove(self, file: Path) -> bool:
        """Remove a file that nobody is fetching. Its lock file stays: a lock on an unlinked file locks nothing."""
        lock = _FileLock(_lock_of(file), wait=False)
        with lock:
            if not lock.held:
                return False
            file.unlink(missing_ok=True)
        return True


class _Entry(NamedTuple):
    file: Path
    size: int
    used_at: float


class _FileLock:
    """An advisory lock between processes; waiting for it blocks the native thread."""

    def __init__(self, path: Path, wait: bool = True) -> None:
        # A file object, not a bare descriptor: if the waiting task is killed, nobody is left to close it but the
        # garbage collector.
        self._file = path.open("ab")
        self.held = False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.held = True
        except BlockingIOError:
            pass

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._file.close()


class _Locks:
    """A lock per file between the tasks of this process, kept only while somebody wants it."""

    def __init__(self) -> None:
        self._guard = concurrency.lock()
        self._locks: dict[Path, tuple[concurrency.Lock, int]] = {}

    @contextlib.contextmanager
    def hold(self, file: Path) -> Iterator[None]:
        with self._guard:
            lock, holders = self._locks.get(file, (concurrency.lock(), 0))
            self._locks[file] = (lock, holders + 1)
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, holders = self._locks.pop(file)
                if holders > 1:
                    self._locks[file] = (lock, holders - 1)


def _lock_of(file: Path) -> Path:
    """The file whose lock guards a base file, and whose time stamp tells when that was last used."""
    return file.with_name(file.name + LOCK)


def _key(meta: ImageMeta) -> str:
    name = meta.hash_value.lower() if meta.hash_value else f"id-{meta.id}"
    if not _SAFE.match(name):
        raise Unsupported(f"Image {meta.id} has a hash or an id that cannot name a file", image_id=meta.id)
    return name


def _digest(meta: ImageMeta) -> hashlib._Hash:
    if meta.hash_value and meta.hash_algo not in _HASHES:
        raise Unsupported(f"Image {meta.id} is hashed by {meta.hash_algo!r}, which is not known", image_id=meta.id)
    return hashlib.new(meta.hash_algo if meta.hash_value else "sha512", usedforsecurity=False)


def _consume(digest: hashlib._Hash, file: BinaryIO, block: bytes) -> None:
    digest.update(block)
    rest = memoryview(block)
    while rest:
        rest = rest[file.write(rest) :]
