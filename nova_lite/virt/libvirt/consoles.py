"""Consoles: through libvirt itself, so that they listen on no address and need no rights on QEMU's files."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import libvirt

from nova_lite.core import concurrency
from nova_lite.virt.capabilities import Channel, ConsoleKind
from nova_lite.virt.driver import DomainStateConflict
from nova_lite.virt.libvirt.domains import Domains
from nova_lite.virt.libvirt.handles import Domain, Stream

PIECE = 65536  # bytes that are read at a time
AHEAD = 1 << 20  # bytes that a guest may be ahead of its reader
PAUSE = 0.01  # seconds until a guest that takes nothing is offered it again
_ENDED = libvirt.VIR_STREAM_EVENT_ERROR | libvirt.VIR_STREAM_EVENT_HANGUP
_ALL = libvirt.VIR_STREAM_EVENT_READABLE | _ENDED


class Consoles:
    """See :class:`nova_lite.virt.capabilities.Consoles`."""

    def __init__(self, domains: Domains) -> None:
        self._domains = domains

    def open_console(self, uuid: str, kind: ConsoleKind) -> Channel:
        if kind == "vnc":
            number = self._domains.run(uuid, "opening the graphical console", _graphics)
            return SocketChannel(socket.socket(fileno=number))
        return StreamChannel(self._domains.run(uuid, "opening the serial console", _serial))


class SocketChannel:
    """A console behind a socket. Its descriptor goes with the last of its users: its number may be another's at once,
    and a task that still waits for it would take that one's place in the event loop."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._lock = concurrency.lock()
        self._users, self._closed = 1, False

    def read(self) -> bytes:
        with self._in_use():
            try:
                return self._socket.recv(PIECE)
            except OSError:
                return b""

    def write(self, data: bytes) -> None:
        with self._in_use():
            self._socket.sendall(data)

    def close(self) -> None:
        with self._lock:
            closed, self._closed = self._closed, True
        if not closed:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)  # who waits for it wakes
            except OSError:
                pass  # the guest was faster
            self._leave()

    @contextlib.contextmanager
    def _in_use(self) -> Iterator[None]:
        with self._lock:
            self._users += 1
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._users -= 1
            last = self._users == 0
        if last:
            self._socket.close()


class StreamChannel:
    """A console behind a stream of libvirt. Its callback runs in libvirt's thread, the methods in tasks."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._arrived: concurrency.Mailbox[bytes] = concurrency.mailbox()
        self._lock = concurrency.lock()
        self._ahead, self._users = 0, 2
        self._paused, self._closed, self._exhausted = False, False, False
        concurrency.native(stream.eventAddCallback, _ALL, self._heard, None)

    def read(self) -> bytes:
        if self._exhausted:
            return b""
        data = self._arrived.get()
        self._ahead -= len(data)
        if not data:
            self._exhausted = True
            self._leave()
            return b""
        if self._paused and self._ahead < AHEAD // 2:
            self._paused = False
            concurrency.native(self._wake)
        return data

    def write(self, data: bytes) -> None:
        while data and not self._closed:
            sent = concurrency.native(self._send, data)
            data = data[max(sent, 0):]
            if sent <= 0:
                concurrency.sleep(PAUSE)

    def close(self) -> None:
        with self._lock:
            closed, self._closed = self._closed, True
        if not closed:
            concurrency.native(_end, self._stream)
            self._arrived.put(b"")
            self._leave()

    def _leave(self) -> None:
        """The mailbox goes with the last of its two users: who has read all, and who has closed."""
        with self._lock:
            self._users -= 1
            last = self._users == 0
        if last:
            self._arrived.close()

    def _heard(self, stream: Stream, events: int, _opaque: None) -> None:
        # In libvirt's thread: nothing here may block or raise.
        try:
            data = stream.recv(PIECE)
            if isinstance(data, bytes):
                self._ahead += len(data)
                self._arrived.put(data)
            if data == b"" or (events & _ENDED and not isinstance(data, bytes)):
                self._silence(stream)
            elif self._ahead > AHEAD:
                self._paused = True
                stream.eventUpdateCallback(_ENDED)
        except libvirt.libvirtError:
            self._silence(stream)

    def _silence(self, stream: Stream) -> None:
        # Else libvirt tells of the end again and again.
        with contextlib.suppress(libvirt.libvirtError):
            stream.eventRemoveCallback()
        self._arrived.put(b"")

    def _send(self, data: bytes) -> int:
        try:
            return self._stream.send(data)
        except libvirt.libvirtError as error:
            raise DomainStateConflict(f"the guest's console has ended: {error.get_error_message()}") from error

    def _wake(self) -> None:
        try:
            self._stream.eventUpdateCallback(_ALL)
        except libvirt.libvirtError:
            self._arrived.put(b"")


def _graphics(domain: Domain) -> int:
    return domain.openGraphicsFD(0, 0)


def _serial(domain: Domain) -> Stream:
    stream = domain.connect().newStream(libvirt.VIR_STREAM_NONBLOCK)
    # Whoever had the console before loses it: two would share what the guest says between them.
    domain.openConsole(None, stream, libvirt.VIR_DOMAIN_CONSOLE_FORCE)
    return stream


def _end(stream: Stream) -> None:
    for step in (stream.eventRemoveCallback, stream.abort):
        try:
            step()
        except libvirt.libvirtError:
            pass  # it has ended by itself
