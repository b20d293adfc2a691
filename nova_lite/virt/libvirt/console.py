"""The serial console's log, which libvirt's log daemon writes and rolls over.

The log daemon makes each new file as root and for root alone. A compute that is not root has libvirt read it then: as a
volume of a storage pool, which is there for as long as that takes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import libvirt

from nova_lite.core import concurrency
from nova_lite.virt.driver import HypervisorUnavailable
from nova_lite.virt.libvirt.connection import Connection, tolerate
from nova_lite.virt.libvirt.handles import Host, StoragePool, Stream
from nova_lite.virt.libvirt.xml.elements import element, text

PIECE = 65536  # bytes that are asked for at a time
_NO_POOL = (libvirt.VIR_ERR_NO_STORAGE_POOL,)
_NO_VOLUME = (libvirt.VIR_ERR_NO_STORAGE_VOL,)
End = Callable[[str, int], bytes]


class ConsoleLogs:
    """The logs of all guests."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = concurrency.lock()  # of the pools: two readers of one log would share one

    def tail(self, uuid: str, log: Path, max_bytes: int) -> bytes:
        """The last ``max_bytes`` bytes of a guest's log, those of the file before it (``.0``) among them.

        :raises HypervisorUnavailable: the log is there and cannot be read. Others as the connection raises them.
        """
        try:
            return concurrency.native(own_tail, log, max_bytes)
        except PermissionError:
            with self._lock:
                return self._connection.run(
                    lambda host: _through(host, uuid, log, max_bytes), "reading the console log", uuid
                )
        except OSError as error:
            raise HypervisorUnavailable(f"the console log {log.name} cannot be read: {error.strerror}") from error


def own_tail(log: Path, max_bytes: int) -> bytes:
    """The same of a log that this process may read. Raises OSError."""
    return _tail(lambda name, size: _end(log.with_name(name), size), log.name, max_bytes)


def _tail(end: End, name: str, max_bytes: int) -> bytes:
    newest = end(name, max_bytes)
    missing = max_bytes - len(newest)
    return end(f"{name}.0", missing) + newest if missing > 0 else newest


def _end(path: Path, max_bytes: int) -> bytes:
    """The end of a file, empty where there is none. Raises OSError."""
    if max_bytes <= 0:
        return b""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - max_bytes))
            return file.read(max_bytes)
    except FileNotFoundError:
        return b""


def _through(host: Host, uuid: str, log: Path, max_bytes: int) -> bytes:
    name = f"nova-lite-{uuid}"
    left = tolerate(_NO_POOL, lambda: host.storagePoolLookupByName(name))
    if left is not None:  # by a compute that was killed: it may not know of the files that have come
        left.destroy()
    made = element("pool", element("name", name), element("target", element("path", str(log.parent))), type="dir")
    pool = host.storagePoolCreateXML(text(made), 0)
    try:
        return _tail(lambda name, size: _volume(host, pool, name, size), log.name, max_bytes)
    finally:
        pool.destroy()


def _volume(host: Host, pool: StoragePool, name: str, max_bytes: int) -> bytes:
    volume = tolerate(_NO_VOLUME, lambda: pool.storageVolLookupByName(name))
    if volume is None or max_bytes <= 0:
        return b""
    size = volume.info()[1]
    length = min(size, max_bytes)
    if length == 0:
        return b""  # which libvirt takes for "to the end": the guest may be writing
    stream = host.newStream(0)
    volume.download(stream, size - length, length, 0)
    return _all(stream)


def _all(stream: Stream) -> bytes:
    found = b""
    while isinstance(data := stream.recv(PIECE), bytes) and data:
        found += data
    stream.finish()
    return found
