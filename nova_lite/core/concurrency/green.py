"""The eventlet back end. Only this file, ``green_http``, ``green_native`` and ``green_waits`` import eventlet."""

from __future__ import annotations

import collections
import functools
import ipaddress
import logging
import os
import socket
import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar
from wsgiref.types import WSGIApplication

from nova_lite.core.concurrency.base import Empty, Event, Killed, Lock, Mailbox, Pool, Queue, Task, Watch, WSGIServer

# eventlet's own resolver brings a whole DNS library into every process (9 MiB); see _getaddrinfo for ours.
os.environ["EVENTLET_NO_GREENDNS"] = "yes"

with warnings.catch_warnings():
    # eventlet announces its retirement at every import; docs/adr names the way out (the threading back end).
    warnings.simplefilter("ignore")
    import eventlet
    import eventlet.hubs
    import eventlet.queue
    from eventlet import patcher
    from eventlet.green import socket as green_socket
    from eventlet.support import greenlets

    from nova_lite.core.concurrency.green_waits import GreenEvent, GreenLock

if TYPE_CHECKING:
    from nova_lite.core.concurrency.green_native import NativeCalls

P = ParamSpec("P")
T = TypeVar("T")
LOG = logging.getLogger(__name__)

native_os = patcher.original("os")
native_threading = patcher.original("threading")
native_getaddrinfo = patcher.original("socket").getaddrinfo


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
        _opened(self._reader)
        native_os.set_blocking(self._reader, False)
        native_os.set_blocking(self._writer, False)
        self._reading = GreenLock()
        self._open = native_threading.Lock()  # held for no longer than a write that does not block
        self._closed = False

    def put(self, item: T) -> None:
        with self._open:
            if self._closed:
                return  # the pipe's number may be another file's by now
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
        with self._open:
            if not self._closed:
                self._closed = True
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


class GreenWatch:
    """A listener that stays with the hub.

    To wait for the same descriptor again and again would cost two system calls each time.
    """

    def __init__(self, fd: int, callback: Callable[[], bool]) -> None:
        self._callback = callback
        _opened(fd)
        hub = eventlet.hubs.get_hub()
        self._listener: Any = hub.add(hub.READ, fd, self._ready, _ignored, _nothing)

    def stop(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            eventlet.hubs.get_hub().remove(listener)

    def _ready(self, _: int) -> None:
        try:
            if self._listener is not None and self._callback():
                eventlet.hubs.get_hub().schedule_call_global(0, self._ready, 0)
        except Exception:
            LOG.exception("the callback of a watched descriptor failed")


def _guarded(function: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> None:
    try:
        function(*args, **kwargs)
    except Exception:
        LOG.exception("a task of a pool failed")


def _ignored(error: BaseException) -> None:
    """The hub believes that the descriptor was closed: then nothing more is read from it."""


def _nothing() -> None:
    """Nobody else keeps a record of the descriptor."""


def _opened(fd: int) -> None:
    """The descriptor is new, and eventlet has not opened it itself.

    A socket that is closed while a task waits for it leaves its listener with the hub, which takes whoever waits for a
    descriptor of that number for a second reader. eventlet's own way out raises what that task dies of in the loop.
    """
    hub = eventlet.hubs.get_hub()
    for kind in (hub.READ, hub.WRITE):
        listener = hub.listeners[kind].get(fd)
        if listener is not None:
            hub.remove(listener)
            listener.defang()


def _wait_readable(fd: int, timeout: float | None) -> bool:
    try:
        eventlet.hubs.trampoline(fd, read=True, timeout=timeout, timeout_exc=TimeoutError)
    except TimeoutError:
        return False
    return True


def _getaddrinfo(backend: EventletBackend, host: Any, *arguments: Any, **options: Any) -> Any:
    """The C library's resolver in a native thread: a slow name server must not stop every other task."""
    try:
        ipaddress.ip_address(host or "::")
    except ValueError:
        return backend.native(native_getaddrinfo, host, *arguments, **options)
    return native_getaddrinfo(host, *arguments, **options)


class EventletBackend:
    """Green threads; see :mod:`nova_lite.core.concurrency`."""

    name = "eventlet"

    def __init__(self) -> None:
        self._native: NativeCalls | None = None

    def patch(self) -> None:
        eventlet.monkey_patch()
        for module in (socket, green_socket):
            resolver = functools.partial(_getaddrinfo, self)
            setattr(module, "getaddrinfo", resolver)  # noqa: B010 - one of the two is untyped

    def after_fork(self) -> None:
        # The parent's hub holds the parent's epoll descriptor and timers: the child starts with its own. Threads are
        # not inherited.
        eventlet.hubs.use_hub()
        self._native = None

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
        if self._native is None:
            from nova_lite.core.concurrency.green_native import NativeCalls  # which imports this module

            self._native = NativeCalls()
        return self._native.run(function, *args, **kwargs)

    def native_thread(self, target: Callable[[], None], name: str) -> None:
        native_threading.Thread(target=target, name=name, daemon=True).start()

    def mailbox(self) -> Mailbox[Any]:
        return GreenMailbox()

    def wait_readable(self, fd: int, timeout: float | None) -> bool:
        return _wait_readable(fd, timeout)

    def watch(self, fd: int, callback: Callable[[], bool]) -> Watch:
        return GreenWatch(fd, callback)

    def wsgi_server(self, sock: socket.socket, application: WSGIApplication, size: int) -> WSGIServer:
        from nova_lite.core.concurrency.green_http import GreenWSGIServer  # not every process serves HTTP

        return GreenWSGIServer(sock, application, size)
