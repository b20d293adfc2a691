"""Native threads for calls that block, beside green threads: as many as there are calls at a time.

A bounded set of threads, as eventlet's own, would be a common fate: twenty calls into a hypervisor that does not
answer, and nothing of the process goes on that needs one. They would be joined at its end, too.
"""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from eventlet import patcher

from nova_lite.core.concurrency.green import GreenWatch, native_os, native_threading
from nova_lite.core.concurrency.green_waits import GreenEvent

T = TypeVar("T")

native_queue = patcher.original("queue")

KEPT = 4  # threads that stay when they have nothing to do


class _Call(Generic[T]):
    """A call and what became of it."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._result: list[T] = []
        self._error: BaseException | None = None
        self.ended = GreenEvent()

    def make(self) -> None:
        """In a native thread."""
        try:
            self._result.append(self._function())
        except BaseException as error:  # noqa: BLE001 - the caller's
            self._error = error

    def outcome(self) -> T:
        error, self._error = self._error, None
        if error is None:
            return self._result.pop()
        try:
            raise error
        finally:
            del error  # its traceback has this frame


class NativeCalls:
    """Everything but ``_work`` runs in the thread of the event loop, so that only the two queues are shared."""

    def __init__(self) -> None:
        self._waiting: Any = native_queue.SimpleQueue()
        self._made: collections.deque[_Call[Any]] = collections.deque()
        self._idle = 0  # threads without a call
        self._own: set[int] = set()
        reader, self._writer = native_os.pipe()
        self._reader = reader
        for end in (self._reader, self._writer):
            native_os.set_blocking(end, False)
        GreenWatch(reader, self._collect)

    def run(self, function: Callable[..., T], *args: object, **kwargs: object) -> T:
        """The call's result, once it has been made in a native thread. Raises what it raises."""
        if native_threading.get_ident() in self._own:
            return function(*args, **kwargs)  # it blocks nobody there
        call = _Call(functools.partial(function, *args, **kwargs))
        if self._idle:
            self._idle -= 1
        else:  # which may fail, and then nothing is to be made
            native_threading.Thread(target=self._work, name="native-call", daemon=True).start()
        self._waiting.put(call)
        call.ended.wait()
        return call.outcome()

    def _work(self) -> None:
        self._own.add(native_threading.get_ident())
        while (call := self._waiting.get()) is not None:
            call.make()
            self._made.append(call)
            del call
            try:
                native_os.write(self._writer, b"!")
            except BlockingIOError:
                pass  # the pipe is full of wake-ups already
        self._own.discard(native_threading.get_ident())

    def _collect(self) -> bool:
        native_os.read(self._reader, 65536)
        while self._made:
            if self._idle < KEPT:
                self._idle += 1
            else:
                self._waiting.put(None)
            self._made.popleft().ended.set()
        return False
