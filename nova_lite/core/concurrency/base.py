"""What a concurrency back end owes: the types behind :mod:`nova_lite.core.concurrency`."""

from __future__ import annotations

import queue as stdlib_queue
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    import socket
    from wsgiref.types import WSGIApplication

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Empty = stdlib_queue.Empty
Full = stdlib_queue.Full


class Killed(Exception):
    """The task that was waited for had been killed."""


class Task(Protocol[T_co]):
    """Work that runs concurrently."""

    @property
    def dead(self) -> bool:
        """True once the function has returned, raised or been killed."""
        ...

    def wait(self, timeout: float | None = None) -> T_co:
        """The function's result.

        Raises what the function raised, ``TimeoutError`` after ``timeout`` seconds, ``Killed`` when it was killed.
        """
        ...

    def kill(self) -> None:
        """End the task where it waits. Native threads cannot be killed: there it only forgets the task."""
        ...


class Event(Protocol):
    """A flag that tasks wait for. MUST wake every waiter on ``set``."""

    def set(self) -> None: ...
    def clear(self) -> None: ...
    def is_set(self) -> bool: ...
    def wait(self, timeout: float | None = None) -> bool:
        """True once the flag is set, False when ``timeout`` seconds passed first."""
        ...


class Lock(Protocol):
    """Mutual exclusion between tasks."""

    def acquire(self, timeout: float | None = None) -> bool: ...
    def release(self) -> None: ...
    def __enter__(self) -> object: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Queue(Protocol, Generic[T]):
    """First in, first out. ``put`` raises Full and ``get`` Empty when ``timeout`` seconds pass."""

    def put(self, item: T, timeout: float | None = None) -> None: ...
    def get(self, timeout: float | None = None) -> T: ...
    def qsize(self) -> int: ...


class Mailbox(Protocol, Generic[T]):
    """A queue that any native thread may fill. ``get`` raises Empty when ``timeout`` seconds pass."""

    def put(self, item: T) -> None: ...
    def get(self, timeout: float | None = None) -> T: ...
    def close(self) -> None:
        """Give back what it holds; nobody may wait in ``get``. What is put in later is dropped."""
        ...


class Watch(Protocol):
    """Somebody who looks at a file descriptor; see :func:`nova_lite.core.concurrency.watch`."""

    def stop(self) -> None:
        """Let go of the descriptor: afterwards it may be closed. Safe to call twice, and from within the callback."""
        ...


class Pool(Protocol):
    """A bounded set of tasks."""

    def spawn(self, function: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> None:
        """Run a function; blocks while the pool is full. What it raises is logged."""
        ...

    def running(self) -> int: ...
    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing runs; False when ``timeout`` seconds passed first."""
        ...


class WSGIServer(Protocol):
    """An HTTP server that runs until it is stopped."""

    def start(self) -> None: ...
    def stop(self, grace: float) -> None:
        """Accept nothing more, let running requests end for ``grace`` seconds, then cut them."""
        ...

    def wait(self) -> None:
        """Block until the accepting loop has ended; raises what ended it."""
        ...


class Backend(Protocol):
    """One implementation of everything in :mod:`nova_lite.core.concurrency`."""

    name: str

    def patch(self) -> None: ...
    def after_fork(self) -> None: ...
    def spawn(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Task[T]: ...
    def sleep(self, seconds: float) -> None: ...
    def event(self) -> Event: ...
    def lock(self) -> Lock: ...
    def queue(self, maxsize: int) -> Queue[Any]: ...
    def pool(self, size: int) -> Pool: ...
    def native(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    def native_thread(self, target: Callable[[], None], name: str) -> None: ...
    def mailbox(self) -> Mailbox[Any]: ...
    def wait_readable(self, fd: int, timeout: float | None) -> bool: ...
    def watch(self, fd: int, callback: Callable[[], bool]) -> Watch: ...
    def wsgi_server(self, sock: socket.socket, application: WSGIApplication, size: int) -> WSGIServer: ...
