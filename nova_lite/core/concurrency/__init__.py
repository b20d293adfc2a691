"""The only door to concurrency: everything that waits, spawns or blocks goes through here.

Two back ends stand behind it, chosen once per process by :func:`patch` (environment variable
``NOVA_LITE_CONCURRENCY``, default ``eventlet``):

* ``eventlet``: green threads in one native thread; the standard library is monkey-patched;
* ``threading``: plain native threads, nothing is patched.

Code written against this module runs unchanged on both (``tests/contract/concurrency`` holds them to it). Its rules:

* a *task* is a unit of concurrent work; tasks share memory, so shared state is guarded by a :class:`Lock`;
* any call that can block for long outside Python's sockets (libvirt, disk, C libraries) goes through :func:`native`;
* a long-lived native thread (libvirt's event loop) is started by :func:`native_thread` and talks to tasks
  through a :class:`Mailbox`, the one primitive that is safe to use from any native thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from nova_lite.core.concurrency.base import (
    Backend,
    Empty,
    Event,
    Full,
    Killed,
    Lock,
    Mailbox,
    Pool,
    Queue,
    Task,
    Watch,
    WSGIServer,
)

if TYPE_CHECKING:
    import socket
    from wsgiref.types import WSGIApplication

__all__ = [
    "Empty", "Event", "Full", "Killed", "Lock", "Mailbox", "Pool", "Queue", "Task", "WSGIServer", "Watch",
    "after_fork", "backend", "event", "lock", "mailbox", "native", "native_thread", "patch", "pool", "queue", "sleep",
    "spawn", "wait_readable", "watch", "wsgi_server",
]

P = ParamSpec("P")
T = TypeVar("T")

ENVIRONMENT = "NOVA_LITE_CONCURRENCY"
DEFAULT = "eventlet"

_backend: Backend | None = None


def patch(name: str | None = None) -> str:
    """Choose the back end of this process and return its name. Called first thing in ``cmd``, before other imports.

    :raises ValueError: the name is neither ``eventlet`` nor ``threading``, or another one was chosen before.
    """
    global _backend
    name = name or os.environ.get(ENVIRONMENT) or DEFAULT
    if _backend is not None and _backend.name != name:
        raise ValueError(f"concurrency back end {_backend.name!r} is in use, {name!r} cannot replace it")
    if _backend is None:
        _backend = _load(name)
        _backend.patch()
    return name


def _load(name: str) -> Backend:
    if name == "eventlet":
        from nova_lite.core.concurrency.green import EventletBackend

        return EventletBackend()
    if name == "threading":
        from nova_lite.core.concurrency.threads import ThreadingBackend

        return ThreadingBackend()
    raise ValueError(f"{ENVIRONMENT} must be 'eventlet' or 'threading', not {name!r}")


def _current() -> Backend:
    # A process that never chose (a test, a tool) gets plain threads: nothing is patched behind its back.
    global _backend
    if _backend is None:
        _backend = _load("threading")
    return _backend


def backend() -> str:
    """Name of the back end in use."""
    return _current().name


def spawn(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Task[T]:
    """Run ``function`` concurrently; the task's ``wait`` returns its result or raises its exception."""
    return _current().spawn(function, *args, **kwargs)


def sleep(seconds: float = 0) -> None:
    """Suspend the calling task; ``sleep(0)`` lets others run."""
    _current().sleep(seconds)


def event() -> Event:
    """A flag that tasks wait for."""
    return _current().event()


def lock() -> Lock:
    """A mutual exclusion lock, not re-entrant; a context manager."""
    return _current().lock()


def queue(maxsize: int = 0) -> Queue[Any]:
    """A first-in first-out queue between tasks; ``maxsize`` 0 means unbounded."""
    return _current().queue(maxsize)


def pool(size: int) -> Pool:
    """A bounded set of tasks: ``spawn`` blocks while ``size`` of them run."""
    return _current().pool(size)


def native(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking call in a native thread and wait for it cooperatively."""
    return _current().native(function, *args, **kwargs)


def native_thread(target: Callable[[], None], name: str) -> None:
    """Start a long-lived daemon thread of the operating system. It may talk to tasks only through a mailbox."""
    _current().native_thread(target, name)


def mailbox() -> Mailbox[Any]:
    """An unbounded queue into which any native thread may put and from which tasks get."""
    return _current().mailbox()


def wait_readable(fd: int, timeout: float | None = None) -> bool:
    """Wait until a file descriptor is readable; False when ``timeout`` seconds passed first."""
    return _current().wait_readable(fd, timeout)


def watch(fd: int, callback: Callable[[], bool]) -> Watch:
    """Call ``callback`` whenever a file descriptor is readable, for as long as it is, until the watch is stopped.

    The callback MUST NOT wait for anything, and takes away what made the descriptor readable. It returns True when it
    has left something and wants to be called again after others have had their turn. It may run in the middle of the
    event loop: where it sets an event, a green task that waits for it may run at once, within the callback. What it
    raises is logged.
    """
    return _current().watch(fd, callback)


def wsgi_server(sock: socket.socket, application: WSGIApplication, size: int) -> WSGIServer:
    """An HTTP/1.1 server of a WSGI application on a listening socket, ``size`` requests at a time."""
    return _current().wsgi_server(sock, application, size)


def after_fork() -> None:
    """Make the back end usable in a child process; called once, first thing in the child."""
    _current().after_fork()
