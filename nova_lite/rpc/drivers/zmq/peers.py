"""How zmq peers find each other without a broker: a directory of sockets on one machine, a ring file over several."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from pathlib import Path
from typing import NamedTuple, Protocol

from nova_lite.core import concurrency
from nova_lite.core.errors import Invalid
from nova_lite.core.ids import new_hex
from nova_lite.rpc.target import Target

SUN_PATH = 107  # bytes that the kernel allows for the path of a unix socket
SETTLED = 0.1  # seconds after which a directory's time stamp can be trusted to tell of every later change


class Place(Protocol):
    """Where a server is to listen."""

    def candidates(self) -> list[str]:
        """Endpoints to bind: the first that can be bound is taken."""
        ...

    def hide(self) -> None:
        """Let nobody find this place any more; who has found it before still sees that it is alive."""
        ...

    def withdraw(self) -> None:
        """Hide, and be dead. Safe to call twice."""
        ...


class Peers(Protocol):
    """Who listens where."""

    def find(self, target: Target) -> list[str]:
        """Endpoints of the target's servers, in a stable order; dead ones may be among them."""
        ...

    def alive(self, endpoint: str) -> bool:
        """False when the server behind the endpoint is known to be dead."""
        ...

    def place(self, target: Target) -> Place: ...
    def close(self) -> None:
        """Give everything back. Safe to call twice."""
        ...


class Entry(NamedTuple):
    """A socket in the directory."""

    target: Target
    endpoint: str


class IpcPeers:
    """A directory with one unix socket per server: ``<topic>[.<host>].<pid>.<n>``, and a lock file beside it.

    The server holds ``flock`` on the lock file for as long as it lives; the kernel lets go when the process dies,
    however it dies. So a look at the lock tells a living server from the socket that a killed one has left, and
    whoever finds such a socket removes it.

    Daemons of several users share a directory by its group: umask 007 opens socket and lock file to it.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = os.fspath(directory)
        self._lock = concurrency.lock()
        self._stamp = -1
        self._entries: list[Entry] = []
        self._found: dict[Target, list[str]] = {}
        self._locks: dict[str, int] = {}  # open lock files of the servers that were asked for, by endpoint

    def find(self, target: Target) -> list[str]:
        entries = self._list()
        found = self._found.get(target)
        if found is None:
            found = self._found[target] = [entry.endpoint for entry in entries if _hears(entry.target, target)]
        return found

    def alive(self, endpoint: str) -> bool:
        path = endpoint.removeprefix("ipc://")
        with self._lock:
            try:
                descriptor = self._locks.get(endpoint)
                if descriptor is None:
                    descriptor = self._locks[endpoint] = os.open(_lock_path(path), os.O_RDWR)
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            except FileNotFoundError:
                return False
            os.close(self._locks.pop(endpoint))
        _remove(path)
        return False

    def close(self) -> None:
        with self._lock:
            while self._locks:
                os.close(self._locks.popitem()[1])

    def place(self, target: Target) -> IpcPlace:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for endpoint in self.find(target):
            self.alive(endpoint)  # who comes clears away what killed servers of its kind have left
        return IpcPlace(self._directory / f"{target}.{os.getpid()}.{new_hex()[:8]}")

    def _list(self) -> list[Entry]:
        try:
            stamp = os.stat(self._path).st_mtime_ns
        except FileNotFoundError:
            self._found.clear()
            return []
        if stamp != self._stamp:
            names = sorted(os.listdir(self._directory))
            self._entries = [entry for name in names if (entry := self._entry(name)) is not None]
            # A change within the same tick of the kernel's clock would go unseen: keep looking until it has settled.
            settled = time.time_ns() - stamp > SETTLED * 1e9
            self._found = {}
            self._stamp = stamp if settled else -1
        return self._entries

    def _entry(self, name: str) -> Entry | None:
        parts = name.split(".")
        if len(parts) < 3 or parts[-1] == "lock" or not parts[-2].isdecimal():
            return None
        host = ".".join(parts[1:-2]) or None
        return Entry(Target(parts[0], host), f"ipc://{self._directory / name}")


class IpcPlace:
    """A socket's path, its lock file held."""

    def __init__(self, path: Path) -> None:
        if len(os.fsencode(path)) > SUN_PATH:
            raise Invalid(f"socket path {path} is longer than {SUN_PATH} bytes: choose a shorter directory")
        self._path = path
        self._descriptor: int | None = os.open(_lock_path(path), os.O_RDWR | os.O_CREAT, 0o660)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def candidates(self) -> list[str]:
        return [f"ipc://{self._path}"]

    def hide(self) -> None:
        if self._descriptor is not None:
            _remove(self._path)

    def withdraw(self) -> None:
        self.hide()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class RingPeers:
    """A JSON file that maps ``topic`` or ``topic.host`` to a list of ``tcp://address:port``, the same on every host.

    A server binds the first endpoint of its own entry that is this machine's and free. The file is read again when
    it changes. Who is alive, only the connection knows.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = -1
        self._ring: dict[Target, list[str]] = {}

    def find(self, target: Target) -> list[str]:
        ring = self._read()
        found = (endpoint for key in sorted(ring, key=str) if _hears(key, target) for endpoint in ring[key])
        return list(dict.fromkeys(found))  # one that is named twice would get twice its turns

    def alive(self, endpoint: str) -> bool:
        return True

    def close(self) -> None:
        """Nothing is held."""

    def place(self, target: Target) -> RingPlace:
        return RingPlace(self._read().get(target, []))

    def _read(self) -> dict[Target, list[str]]:
        stamp = self._path.stat().st_mtime_ns
        if stamp != self._stamp:
            content = json.loads(self._path.read_text())
            self._ring = {_target(key): list(endpoints) for key, endpoints in content.items()}
            self._stamp = stamp
        return self._ring


class RingPlace:
    """The endpoints that the ring gives a server."""

    def __init__(self, endpoints: list[str]) -> None:
        self._endpoints = endpoints

    def candidates(self) -> list[str]:
        return self._endpoints

    def hide(self) -> None:
        """The ring is static: senders are told."""

    def withdraw(self) -> None:
        """The ring is static: senders learn of it from the connection."""


def _hears(listener: Target, wanted: Target) -> bool:
    return listener.topic == wanted.topic and wanted.host in (None, listener.host)


def _target(key: str) -> Target:
    topic, _, host = key.partition(".")
    return Target(topic, host or None)


def _lock_path(path: Path | str) -> str:
    return f"{path}.lock"


def _remove(path: Path | str) -> None:
    for name in (str(path), _lock_path(path)):
        # In a sticky directory only its owner may clear away what a killed peer of another user has left.
        with contextlib.suppress(FileNotFoundError, PermissionError):
            os.unlink(name)
