"""The connection to libvirt: the one place that sees libvirtError.

All work runs in native threads, for libvirt's calls block the whole thread that makes them. Events come from a loop
that libvirt wants to have once per process, in a native thread of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol, TypeVar, cast

import libvirt

from nova_lite.core import concurrency
from nova_lite.core.concurrency import Empty, Mailbox, Task
from nova_lite.core.errors import NovaLiteError
from nova_lite.virt.driver import (
    DomainNotFound,
    DomainStateConflict,
    DriverUnsupported,
    HypervisorUnavailable,
    VirtError,
)
from nova_lite.virt.libvirt.handles import Host

T = TypeVar("T")
LOG = logging.getLogger(__name__)

# Seconds between two probes of a connection. While one call waits (for a guest that stands still, say), libvirt 9.0 now
# and then does not send another one before something else happens on the connection: the next probe, at the latest.
KEEPALIVE_INTERVAL = 1
FIRST_RETRY = 0.1  # seconds; doubles up to
LAST_RETRY = 5.0

_KINDS: dict[int, type[NovaLiteError]] = {
    libvirt.VIR_ERR_NO_DOMAIN: DomainNotFound,
    libvirt.VIR_ERR_OPERATION_INVALID: DomainStateConflict,
    libvirt.VIR_ERR_NO_SUPPORT: DriverUnsupported,
    libvirt.VIR_ERR_OPERATION_UNSUPPORTED: DriverUnsupported,
    libvirt.VIR_ERR_NO_CONNECT: HypervisorUnavailable,
    libvirt.VIR_ERR_INVALID_CONN: HypervisorUnavailable,
    libvirt.VIR_ERR_AUTH_FAILED: HypervisorUnavailable,
    libvirt.VIR_ERR_AUTH_CANCELLED: HypervisorUnavailable,
    libvirt.VIR_ERR_AUTH_UNAVAILABLE: HypervisorUnavailable,
    libvirt.VIR_ERR_OPERATION_TIMEOUT: HypervisorUnavailable,
}
_TRANSPORT = (libvirt.VIR_FROM_RPC, libvirt.VIR_FROM_REMOTE)
_TRANSPORT_CODES = (libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_ERR_RPC)


def translate(code: int, origin: int, message: str, what: str, uuid: str) -> NovaLiteError:
    """Our error for one of libvirt's: its ``code`` (VIR_ERR_*), ``origin`` (VIR_FROM_*) and message."""
    kind = _KINDS.get(code, VirtError)
    if origin in _TRANSPORT and code in _TRANSPORT_CODES:
        kind = HypervisorUnavailable
    subject = f"instance {uuid}: " if uuid else ""
    return kind(f"{subject}{what} failed: {message}", instance=uuid, libvirt_code=code)


def tolerate(codes: tuple[int, ...], call: Callable[[], T]) -> T | None:
    """The result of ``call``, or None when libvirt refuses with one of ``codes``; other errors pass."""
    try:
        return call()
    except libvirt.libvirtError as error:
        if error.get_error_code() in codes:
            return None
        raise


class EventLoop:
    """libvirt's event loop, of which a process has exactly one, whatever it connects to."""

    _running = False

    @classmethod
    def ensure(cls) -> None:
        """Start the loop, once. It must be there before the first connection is opened."""
        if cls._running:
            return
        cls._running = True
        # libvirt would print every error to stderr; we raise them.
        libvirt.registerErrorHandler(lambda *_: None, None)
        libvirt.virEventRegisterDefaultImpl()
        concurrency.native_thread(cls._run, "libvirt-events")

    @staticmethod
    def _run() -> None:
        while True:
            libvirt.virEventRunDefaultImpl()


class Watcher(Protocol):
    """Who registers for events. Both methods run in a native thread and may raise libvirtError."""

    def register(self, host: Host) -> None:
        """A new connection is there."""
        ...

    def unregister(self, host: Host) -> None:
        """It is about to be closed; while callbacks are registered libvirt would not let it go."""
        ...


class Connection:
    """One connection that comes back: libvirtd may be restarted at any time.

    ``on_back`` runs in a task after a connection was lost and is there again: events may have been missed.
    """

    def __init__(self, uri: str, patience: float, watcher: Watcher, on_back: Callable[[], None]) -> None:
        """``patience``: seconds for which libvirt may be silent, opening a connection or on an open one."""
        self._uri, self._patience = uri, patience
        self._opening: Task[Host | HypervisorUnavailable] | None = None
        self._watcher, self._on_back = watcher, on_back
        self._lock = concurrency.lock()
        self._host: Host | None = None
        self._broken: Host | None = None  # the last one of which libvirt said that it is closed
        self._lost: Mailbox[bool] | None = None
        self._mender: Task[None] | None = None

    def open(self) -> None:
        """Connect, and keep connected until ``close``.

        :raises HypervisorUnavailable: libvirt does not answer at this URI.
        """
        EventLoop.ensure()
        if self._lost is None:
            self._lost = concurrency.mailbox()
            self._mender = concurrency.spawn(self._mend, self._lost)
        self.run(lambda host: host.isAlive(), f"connecting to {self._uri}")

    def close(self) -> None:
        """Let go. Safe to repeat."""
        lost, self._lost = self._lost, None
        if lost is not None and self._mender is not None:
            lost.put(False)
            self._mender.wait()
        with self._lock:
            host, self._host = self._host, None
            if host is not None:
                concurrency.native(_close, host, self._watcher)
        if lost is not None:
            lost.close()

    def run(self, work: Callable[[Host], T], what: str, uuid: str = "") -> T:
        """Do ``work`` in a native thread. It is done again on a new connection if the old one breaks meanwhile, so it
        must be safe to repeat.

        :raises HypervisorUnavailable: no connection. Other errors as :func:`translate` names them.
        """
        host = self._connected(what, uuid)
        try:
            return concurrency.native(_work, work, host, what, uuid)
        except HypervisorUnavailable:
            if concurrency.native(_alive, host):
                raise
            self._broken = host
        return concurrency.native(_work, work, self._connected(what, uuid), what, uuid)

    def _connected(self, what: str, uuid: str) -> Host:
        with self._lock:
            if self._host is not None and self._host is not self._broken:
                return self._host
            self._host = None
            if self._opening is None:
                self._opening = concurrency.spawn(concurrency.native, self._outcome, what, uuid)
            opening = self._opening
        return self._opened(opening, what, uuid)

    def _opened(self, opening: Task[Host | HypervisorUnavailable], what: str, uuid: str) -> Host:
        # A daemon that is frozen accepts and says nothing, and libvirt would wait for ever. One thread does: it is
        # waited for again the next time.
        try:
            found = opening.wait(self._patience)
        except TimeoutError:
            message = f"libvirt at {self._uri} has not answered for {self._patience:.0f} s"
            raise HypervisorUnavailable(f"{what} failed: {message}", instance=uuid) from None
        except BaseException:
            with self._lock:
                if self._opening is opening:
                    self._opening = None
            raise
        host = None if isinstance(found, HypervisorUnavailable) else found
        with self._lock:
            if self._opening is opening:
                self._opening, self._host = None, host
        if isinstance(found, HypervisorUnavailable):
            raise found
        return found

    def _outcome(self, what: str, uuid: str) -> Host | HypervisorUnavailable:
        """What the task of an opening ends with: eventlet writes the trace of a task that ends in an error."""
        try:
            return self._open(what, uuid)
        except HypervisorUnavailable as error:
            return error

    def _open(self, what: str, uuid: str) -> Host:
        try:
            host = cast(Host, libvirt.open(self._uri))
            host.registerCloseCallback(self._closed, None)
            unanswered = max(1, round(self._patience / KEEPALIVE_INTERVAL) - 1)
            tolerate((libvirt.VIR_ERR_NO_SUPPORT,), lambda: host.setKeepAlive(KEEPALIVE_INTERVAL, unanswered))
            self._watcher.register(host)
        except libvirt.libvirtError as error:
            message = f"no libvirt at {self._uri}: {error.get_error_message()}"
            raise HypervisorUnavailable(f"{what} failed: {message}", instance=uuid) from error
        return host

    def _closed(self, host: Host, _reason: int, _opaque: None) -> None:
        # In libvirt's own thread: no logging, no locks.
        self._broken = host
        if self._lost is not None:
            self._lost.put(True)

    def _mend(self, lost: Mailbox[bool]) -> None:
        while lost.get():
            LOG.warning("the connection to %s is lost", self._uri)
            if not self._reconnect(lost):
                return
            LOG.info("the connection to %s is back", self._uri)
            self._on_back()

    def _reconnect(self, lost: Mailbox[bool]) -> bool:
        """Try until it works; False when ``close`` was called meanwhile."""
        delay = FIRST_RETRY
        while True:
            try:
                self.run(lambda host: host.isAlive(), "reconnecting")
                return True
            except HypervisorUnavailable:
                pass
            try:
                if not lost.get(timeout=delay):
                    return False
            except Empty:
                delay = min(2 * delay, LAST_RETRY)


def _work(work: Callable[[Host], T], host: Host, what: str, uuid: str) -> T:
    try:
        return work(host)
    except libvirt.libvirtError as error:
        message = error.get_error_message() or str(error)
        raise translate(error.get_error_code() or 0, error.get_error_domain() or 0, message, what, uuid) from error


def _alive(host: Host) -> bool:
    try:
        return host.isAlive() == 1
    except libvirt.libvirtError:
        return False


def _close(host: Host, watcher: Watcher) -> None:
    try:
        watcher.unregister(host)
        host.unregisterCloseCallback()
        host.close()
    except libvirt.libvirtError:
        pass  # it is broken already, and libvirt frees it with its last reference
