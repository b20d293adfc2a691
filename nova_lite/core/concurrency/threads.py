"""The threading back end: native threads and the standard library's own primitives."""

from __future__ import annotations

import logging
import os
import queue
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar
from wsgiref.types import WSGIApplication

from nova_lite.core.concurrency.base import Event, Lock, Mailbox, Pool, Queue, Task, Watch, WSGIServer

P = ParamSpec("P")
T = TypeVar("T")
LOG = logging.getLogger(__name__)


class ThreadTask(Generic[T]):
    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._result: T
        self._error: BaseException | None = None
        self._done = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._result = self._function()
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self._error = error
        finally:
            self._done.set()

    @property
    def dead(self) -> bool:
        return self._done.is_set()

    def wait(self, timeout: float | None = None) -> T:
        if not self._done.wait(timeout):
            raise TimeoutError(f"task still running after {timeout} s")
        if self._error is not None:
            raise self._error
        return self._result

    def kill(self) -> None:
        """A native thread ends by itself or with its process."""


class ThreadLock:
    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self, timeout: float | None = None) -> bool:
        return self._lock.acquire(timeout=-1 if timeout is None else timeout)

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> object:
        self._lock.acquire()
        return self

    def __exit__(self, *exc: object) -> None:
        self._lock.release()


class ThreadQueue(Generic[T]):
    def __init__(self, maxsize: int) -> None:
        self._queue: queue.Queue[T] = queue.Queue(maxsize)

    def put(self, item: T, timeout: float | None = None) -> None:
        self._queue.put(item, timeout=timeout)

    def get(self, timeout: float | None = None) -> T:
        return self._queue.get(timeout=timeout)

    def qsize(self) -> int:
        return self._queue.qsize()


class ThreadMailbox(Generic[T]):
    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[T] = queue.SimpleQueue()

    def put(self, item: T) -> None:
        self._queue.put(item)

    def get(self, timeout: float | None = None) -> T:
        return self._queue.get(timeout=timeout)

    def close(self) -> None:
        """Nothing to give back."""


class ThreadPool:
    def __init__(self, size: int) -> None:
        self._slots = threading.Semaphore(size)
        self._changed = threading.Condition()
        self._running = 0

    def spawn(self, function: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> None:
        self._slots.acquire()
        with self._changed:
            self._running += 1

        def run() -> None:
            try:
                function(*args, **kwargs)
            except Exception:
                LOG.exception("a task of a pool failed")
            finally:
                self._slots.release()
                with self._changed:
                    self._running -= 1
                    self._changed.notify_all()

        threading.Thread(target=run, daemon=True).start()

    def running(self) -> int:
        return self._running

    def wait(self, timeout: float | None = None) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._running == 0, timeout)


class ThreadWatch:
    """A thread that polls the descriptor, and a pipe that ends it."""

    def __init__(self, fd: int, callback: Callable[[], bool]) -> None:
        self._callback = callback
        self._reader, self._writer = os.pipe()
        self._poller = select.poll()
        self._poller.register(fd, select.POLLIN)
        self._poller.register(self._reader, select.POLLIN)
        self._stopping = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._stopping.acquire(blocking=False):
            os.write(self._writer, b"!")
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.locked():
            ready = [fd for fd, _ in self._poller.poll()]
            if self._reader in ready:
                break
            try:
                while self._callback() and not self._stopping.locked():
                    pass
            except Exception:
                LOG.exception("the callback of a watched descriptor failed")
        # Not before its byte is there: who stops us may be about to write it.
        os.read(self._reader, 1)
        os.close(self._reader)
        os.close(self._writer)


class ThreadWSGIServer:
    """waitress: a pure Python server with a thread pool. eventlet's own server needs its hub."""

    def __init__(self, sock: socket.socket, application: WSGIApplication, size: int) -> None:
        from waitress.server import create_server

        # Any: the stubs of waitress know neither its trigger nor its map.
        self._server: Any = create_server(
            application, sockets=[sock], threads=size, expose_tracebacks=False, clear_untrusted_proxy_headers=True,
            ident="nova-lite", max_request_body_size=1 << 50,  # the API limits each route's body itself
        )
        self._task: ThreadTask[None] | None = None

    def start(self) -> None:
        self._task = ThreadTask(self._server.run)

    def stop(self, grace: float) -> None:
        from waitress import wasyncore

        # Sockets are closed by the thread that polls them: another one would pull them from under its select().
        server = self._server
        server.trigger.pull_trigger(lambda: wasyncore.dispatcher.close(server))
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=int(grace))
        # Under the trigger's own lock: a thread that is awake already would close the trigger before we pull it.
        with server.trigger.lock:
            server.trigger.thunks.append(lambda: wasyncore.close_all(server._map))
            server.trigger._physical_pull()
        if self._task is not None:
            self._task.wait(timeout=grace + 1.0)

    def wait(self) -> None:
        if self._task is not None:
            self._task.wait()


class ThreadingBackend:
    """Native threads; see :mod:`nova_lite.core.concurrency`."""

    name = "threading"

    def patch(self) -> None:
        """Nothing to patch."""

    def after_fork(self) -> None:
        """Nothing to renew: fork happens before any thread is started."""

    def spawn(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Task[T]:
        return ThreadTask(lambda: function(*args, **kwargs))

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def event(self) -> Event:
        return threading.Event()

    def lock(self) -> Lock:
        return ThreadLock()

    def queue(self, maxsize: int) -> Queue[Any]:
        return ThreadQueue(maxsize)

    def pool(self, size: int) -> Pool:
        return ThreadPool(size)

    def native(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    def native_thread(self, target: Callable[[], None], name: str) -> None:
        threading.Thread(target=target, name=name, daemon=True).start()

    def mailbox(self) -> Mailbox[Any]:
        return ThreadMailbox()

    def wait_readable(self, fd: int, timeout: float | None) -> bool:
        poller = select.poll()
        poller.register(fd, select.POLLIN)
        return bool(poller.poll(None if timeout is None else timeout * 1000))

    def watch(self, fd: int, callback: Callable[[], bool]) -> Watch:
        return ThreadWatch(fd, callback)

    def wsgi_server(self, sock: socket.socket, application: WSGIApplication, size: int) -> WSGIServer:
        return ThreadWSGIServer(sock, application, size)
