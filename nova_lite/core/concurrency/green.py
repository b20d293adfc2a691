"""The eventlet back end. The only file of the project that imports eventlet."""

from __future__ import annotations

import collections
import contextlib
import ipaddress
import logging
import os
import socket
import time
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, ParamSpec, TypeVar
from wsgiref.types import WSGIApplication

from nova_lite.core.concurrency.base import Empty, Event, Killed, Lock, Mailbox, Pool, Queue, Task, WSGIServer
from nova_lite.core.concurrency.framing import ambiguity, is_chunk_line

# eventlet's own resolver brings a whole DNS library into every process (9 MiB); see _getaddrinfo for ours.
os.environ["EVENTLET_NO_GREENDNS"] = "yes"

with warnings.catch_warnings():
    # eventlet announces its retirement at every import; docs/adr names the way out (the threading back end).
    warnings.simplefilter("ignore")
    import eventlet
    import eventlet.event
    import eventlet.hubs
    import eventlet.queue
    import eventlet.semaphore
    import eventlet.tpool
    import eventlet.wsgi
    from eventlet import patcher
    from eventlet.green import socket as green_socket
    from eventlet.support import greenlets

P = ParamSpec("P")
T = TypeVar("T")
LOG = logging.getLogger(__name__)

native_os = patcher.original("os")
native_threading = patcher.original("threading")
native_getaddrinfo = patcher.original("socket").getaddrinfo

CHUNK_LINE = 1024  # bytes of the line before a chunk, extensions included
DRAINED = 1 << 20  # bytes of a body that nobody wants which are read to keep the connection
HEADER_TIMEOUT = 60.0  # seconds a client may take to send a request or keep a connection idle


class GreenTask(Generic[T]):
    def __init__(self, thread: Any) -> None:
        self._thread = thread

    @property
    def dead(self) -> bool:
        return bool(self._thread.dead)

    def wait(self, timeout: float | None = None) -> T:
        try:
            with eventlet.Timeout(timeout, TimeoutError(f"task still running after {timeout} s")):
                result: T = self._thread.wait()
        except greenlets.GreenletExit as error:
            raise Killed("the task was killed") from error
        return result

    def kill(self) -> None:
        self._thread.kill()


class GreenEvent:
    def __init__(self) -> None:
        self._event = eventlet.event.Event()

    def set(self) -> None:
        if not self._event.ready():
            self._event.send(True)

    def clear(self) -> None:
        if self._event.ready():
            self._event = eventlet.event.Event()

    def is_set(self) -> bool:
        return bool(self._event.ready())

    def wait(self, timeout: float | None = None) -> bool:
        return bool(self._event.wait(timeout))


class GreenLock:
    def __init__(self) -> None:
        self._semaphore = eventlet.semaphore.Semaphore(1)

    def acquire(self, timeout: float | None = None) -> bool:
        return bool(self._semaphore.acquire(timeout=timeout))

    def release(self) -> None:
        self._semaphore.release()

    def __enter__(self) -> object:
        self._semaphore.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._semaphore.release()


class GreenQueue(Generic[T]):
    def __init__(self, maxsize: int) -> None:
        self._queue = eventlet.queue.LightQueue(maxsize or None)

    def put(self, item: T, timeout: float | None = None) -> None:
        self._queue.put(item, timeout=timeout)

    def get(self, timeout: float | None = None) -> T:
        item: T = self._queue.get(timeout=timeout)
        return item

    def qsize(self) -> int:
        return int(self._queue.qsize())


class GreenMailbox(Generic[T]):
    """A deque and a pipe: native threads append and write one byte, a green reader waits for the byte.

    One reader at a time waits on the pipe; the hub allows no more.
    """

    def __init__(self) -> None:
        self._items: collections.deque[T] = collections.deque()
        self._reader, self._writer = native_os.pipe()
        native_os.set_blocking(self._reader, False)
        native_os.set_blocking(self._writer, False)
        self._reading = GreenLock()

    def put(self, item: T) -> None:
        self._items.append(item)
        try:
            native_os.write(self._writer, b"!")
        except BlockingIOError:
            pass  # the pipe is full of wake-ups already: the reader will come

    def get(self, timeout: float | None = None) -> T:
        end = None if timeout is None else time.monotonic() + timeout
        if not self._reading.acquire(timeout):
            raise Empty
        try:
            while not self._items:
                left = None if end is None else max(end - time.monotonic(), 0.0)
                if not _wait_readable(self._reader, left):
                    raise Empty
                native_os.read(self._reader, 65536)
            return self._items.popleft()
        finally:
            self._reading.release()

    def close(self) -> None:
        native_os.close(self._reader)
        native_os.close(self._writer)


class GreenPool:
    def __init__(self, size: int) -> None:
        self._pool = eventlet.GreenPool(size)

    def spawn(self, function: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> None:
        self._pool.spawn_n(_guarded, function, *args, **kwargs)

    def running(self) -> int:
        return int(self._pool.running())

    def wait(self, timeout: float | None = None) -> bool:
        with eventlet.Timeout(timeout, False):
            self._pool.waitall()
        return self.running() == 0


class _HeaderLines:
    """The lines of a request's head as they come; remembers whether one had a CR that ends no line."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.bare_return = False

    def readline(self, size: int = -1) -> bytes:
        line: bytes = self._source.readline(size)
        self.bare_return |= b"\r" in line.removesuffix(b"\r\n")
        return line


class _Chunks:
    """A chunked body as it comes. eventlet reads a size as Python reads numbers, ``0x2`` and ``1_0`` too; others do not.

    Trailers are refused: nobody here would look at them.
    """

    def __init__(self, source: Any) -> None:
        self._source = source

    def read(self, size: int = -1) -> bytes:
        block: bytes = self._source.read(size)
        return block

    def readline(self) -> bytes:
        line: bytes = self._source.readline(CHUNK_LINE)
        if line and not is_chunk_line(line):
            raise ValueError("a chunk is malformed")
        return line


class StrictProtocol(eventlet.wsgi.HttpProtocol):  # type: ignore[misc]
    """eventlet's HTTP, which takes the first of two lengths and ignores codings that it does not know."""

    rfile: Any

    def parse_request(self) -> bool:
        source = self.rfile
        lines = _HeaderLines(source)
        self.rfile = lines
        try:
            if not super().parse_request():
                return False
        finally:
            self.rfile = source
        # A line that is no header ends the headers for this parser, and what follows would be lost, not refused; a CR
        # alone begins another header for it, and for nobody else.
        malformed = lines.bare_return or self.headers.defects
        problem = "a header is malformed" if malformed else ambiguity(self.headers.items())
        if problem is None:
            return True
        text = f"{problem}\n".encode()
        head = f"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n"
        self.wfile.write(head.encode() + text)
        self.close_connection = True
        return False

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        body = environ["wsgi.input"]
        if body.chunked_input:
            body.rfile = _Chunks(body.rfile)
        body.discard = lambda: self._drain(body)
        return environ

    def _drain(self, body: Any) -> None:
        """The rest of a refused body: a short one is read, for a long one the connection is not worth it."""
        left = DRAINED
        with contextlib.suppress(ValueError, OSError):
            while left > 0:
                block = body.read(min(left, 1 << 16))
                if not block:
                    return
                left -= len(block)
        self.close_connection = True


class GreenWSGIServer:
    def __init__(self, sock: socket.socket, application: WSGIApplication, size: int) -> None:
        self._socket, self._application = sock, application
        self._pool = eventlet.GreenPool(size)
        self._thread: Any = None

    def start(self) -> None:
        # The socket may have been made before the patch: eventlet needs its own wrapper around the same descriptor.
        listener = eventlet.greenio.GreenSocket(self._socket)
        self._thread = eventlet.spawn(
            eventlet.wsgi.server, listener, self._application, custom_pool=self._pool, log_output=False,
            keepalive=True, socket_timeout=HEADER_TIMEOUT, debug=False, protocol=StrictProtocol,
        )

    def stop(self, grace: float) -> None:
        if self._thread is not None:
            self._thread.kill()
        with eventlet.Timeout(grace, False):
            self._pool.waitall()
        self._socket.close()

    def wait(self) -> None:
        if self._thread is not None:
            self._thread.wait()


def _guarded(function: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> None:
    try:
        function(*args, **kwargs)
    except Exception:
        LOG.exception("a task of a pool failed")


def _wait_readable(fd: int, timeout: float | None) -> bool:
    try:
        eventlet.hubs.trampoline(fd, read=True, timeout=timeout, timeout_exc=TimeoutError)
    except TimeoutError:
        return False
    return True


def _getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
    """The C library's resolver in a native thread: a slow name server must not stop every other task."""
    try:
        ipaddress.ip_address(host or "::")
    except ValueError:
        return eventlet.tpool.execute(native_getaddrinfo, host, *arguments, **options)
    return native_getaddrinfo(host, *arguments, **options)


class EventletBackend:
    """Green threads; see :mod:`nova_lite.core.concurrency`."""

    name = "eventlet"

    def patch(self) -> None:
        eventlet.monkey_patch()
        for module in (socket, green_socket):
            setattr(module, "getaddrinfo", _getaddrinfo)  # noqa: B010 - one of the two is untyped

    def after_fork(self) -> None:
        # The parent's hub holds the parent's epoll descriptor and timers: the child starts with its own.
        eventlet.hubs.use_hub()

    def spawn(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Task[T]:
        return GreenTask(eventlet.spawn(function, *args, **kwargs))

    def sleep(self, seconds: float) -> None:
        eventlet.sleep(seconds)

    def event(self) -> Event:
        return GreenEvent()

    def lock(self) -> Lock:
        return GreenLock()

    def queue(self, maxsize: int) -> Queue[Any]:
        return GreenQueue(maxsize)

    def pool(self, size: int) -> Pool:
        return GreenPool(size)

    def native(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        result: T = eventlet.tpool.execute(function, *args, **kwargs)
        return result

    def native_thread(self, target: Callable[[], None], name: str) -> None:
        native_threading.Thread(target=target, name=name, daemon=True).start()

    def mailbox(self) -> Mailbox[Any]:
        return GreenMailbox()

    def wait_readable(self, fd: int, timeout: float | None) -> bool:
        return _wait_readable(fd, timeout)

    def wsgi_server(self, sock: socket.socket, application: WSGIApplication, size: int) -> WSGIServer:
        return GreenWSGIServer(sock, application, size)
