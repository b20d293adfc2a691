"""What green tasks wait for: events and locks."""

from __future__ import annotations

import collections
import logging
import math
from types import TracebackType
from typing import Any

import eventlet.hubs
from eventlet.support import greenlets

LOG = logging.getLogger(__name__)


class _Wait:
    """One task's wait. It ends once: who wakes the task forgets it."""

    __slots__ = ("granted", "task")

    def __init__(self) -> None:
        self.task: Any = greenlets.getcurrent()
        self.granted = False  # a lock is the task's, which may not have been woken yet

    def end(self, outcome: bool) -> None:
        task, self.task = self.task, None
        if task is None:
            return
        try:
            task.switch(outcome)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # of a task: it is told to who waits for that, not to who has woken it
            LOG.warning("a task ended with an error", exc_info=True)

    def last(self, timeout: float | None) -> bool:
        """Give way until somebody ends it; False when ``timeout`` seconds passed first."""
        hub = eventlet.hubs.get_hub()
        if timeout is not None:
            _waits_of(hub).alarms.add(self, timeout)
        try:
            return bool(hub.switch())
        finally:
            self.task = None
            if timeout is not None:
                _waits_of(hub).alarms.drop(self)


class _Alarms:
    """The timeouts of all waits of a hub, on one timer.

    Nearly every wait ends long before. The hub would keep a timer of its own for each until its time comes: at three
    thousand calls a second they took a sixth of the time of a call.
    """

    def __init__(self, hub: Any) -> None:
        self._hub = hub
        self._waits: dict[_Wait, float] = {}
        self._timer: Any = None
        self._due = math.inf

    def add(self, wait: _Wait, timeout: float) -> None:
        self._waits[wait] = due = self._hub.clock() + timeout
        if due < self._due:
            self._wind(due)

    def drop(self, wait: _Wait) -> None:
        self._waits.pop(wait, None)

    def _wind(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._due = due
        self._timer = self._hub.schedule_call_global(max(due - self._hub.clock(), 0.0), self._ring)

    def _ring(self) -> None:
        now = self._hub.clock()
        self._timer, self._due = None, math.inf
        late = [wait for wait, due in self._waits.items() if due <= now]
        for wait in late:
            self.drop(wait)
        if self._waits:
            self._wind(min(self._waits.values()))
        for wait in late:
            wait.end(False)


class _Woken:
    """The waits that end at the next turn of a hub, on one timer: one for each is a third of what waking it takes."""

    def __init__(self, hub: Any) -> None:
        self._hub = hub
        self._waits: list[_Wait] = []

    def add(self, wait: _Wait) -> None:
        if not self._waits:
            self._hub.schedule_call_global(0, self._end_all)
        self._waits.append(wait)

    def _end_all(self) -> None:
        waits, self._waits = iter(self._waits), []
        try:
            for wait in waits:
                wait.end(True)
        finally:
            for wait in waits:  # a task has asked the process to end: the others may have a part in that
                self.add(wait)


class _Waits:
    """What is kept for all waits of a hub."""

    def __init__(self, hub: Any) -> None:
        self.hub, self.alarms, self.woken = hub, _Alarms(hub), _Woken(hub)


_waits: _Waits | None = None


def _waits_of(hub: Any) -> _Waits:
    global _waits
    if _waits is None or _waits.hub is not hub:  # a child has another hub than its parent
        _waits = _Waits(hub)
    return _waits


class GreenEvent:
    __slots__ = ("_flag", "_waits")

    def __init__(self) -> None:
        self._flag = False
        self._waits: list[_Wait] = []

    def set(self) -> None:
        self._flag = True
        if not self._waits:
            return
        waits, self._waits = self._waits, []
        hub = eventlet.hubs.get_hub()
        in_callback = greenlets.getcurrent() is hub.greenlet
        for wait in waits:
            if in_callback:  # of a watch: a timer would cost another turn of the loop
                wait.end(True)
            else:
                _waits_of(hub).woken.add(wait)

    def clear(self) -> None:
        self._flag = False

    def is_set(self) -> bool:
        return self._flag

    def wait(self, timeout: float | None = None) -> bool:
        if self._flag:
            return True
        wait = _Wait()
        self._waits.append(wait)
        try:
            return wait.last(timeout)
        finally:
            if wait in self._waits:  # it was not the event that ended it
                self._waits.remove(wait)


class GreenLock:
    """Taking a lock that is free is one look at a flag: a message takes a dozen of them, and waits for none.

    Who releases a lock that others wait for hands it to the first of them: it is never free for somebody who comes now.
    """

    __slots__ = ("_held", "_waits")

    def __init__(self) -> None:
        self._held = False
        self._waits: collections.deque[_Wait] = collections.deque()

    def acquire(self, timeout: float | None = None) -> bool:
        if self._held:
            return timeout != 0 and self._queue(timeout)
        self._held = True
        return True

    def release(self) -> None:
        if not self._held:
            raise RuntimeError("a lock was released that nobody held")
        self._hand_over()

    def _queue(self, timeout: float | None) -> bool:
        wait = _Wait()
        self._waits.append(wait)
        try:
            wait.last(timeout)
        except BaseException:
            if wait.granted:  # it was killed before it was woken
                self._hand_over()
            raise
        finally:
            if not wait.granted:
                self._waits.remove(wait)
        return wait.granted  # even if its time was over before it was woken

    def _hand_over(self) -> None:
        if self._waits:
            wait = self._waits.popleft()
            wait.granted = True
            _waits_of(eventlet.hubs.get_hub()).woken.add(wait)
        else:
            self._held = False

    def __enter__(self) -> object:
        if self._held:
            self._queue(None)
        self._held = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._waits:
            self._hand_over()
        else:
            self._held = False
