"""Emitter: tells of what no record keeps. It never makes its service wait, and what it holds is bounded."""

from __future__ import annotations

import collections
import logging

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.core.context import RequestContext, system_context
from nova_lite.core.errors import Unavailable
from nova_lite.core.ids import new_uuid
from nova_lite.notifications.drivers.base import NotificationDriver
from nova_lite.notifications.notification import Notification, Priority, context_fields
from nova_lite.notifications.payloads import Payload

BATCH = 100  # notifications that are published together
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 10.0  # seconds between two attempts to publish

LOG = logging.getLogger(__name__)


class Emitter:
    """A part of a service. What is emitted waits in memory, ``limit`` of them at most; then the oldest are given up
    and counted in the log, because a service is worth more than the tale of it. Operations do not go this way:
    their rows are their outbox.
    """

    def __init__(self, driver: NotificationDriver, publisher_id: str, clock: Clock, limit: int = 1000) -> None:
        self._driver, self._publisher_id, self._clock, self._limit = driver, publisher_id, clock, limit
        self._waiting: collections.deque[Notification] = collections.deque()
        self._lock = concurrency.lock()
        self._news, self._ended = concurrency.event(), concurrency.event()
        self._stopping = False
        self._task: concurrency.Task[None] | None = None
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """How many were given up since the start."""
        return self._dropped

    def emit(
        self, event_type: str, payload: Payload, context: RequestContext | None = None, priority: Priority = "INFO"
    ) -> None:
        """Tell of something. Returns at once and never raises."""
        notification = Notification(
            message_id=new_uuid(), publisher_id=self._publisher_id, event_type=event_type, priority=priority,
            payload=payload, at=self._clock.now(), context=context_fields(context or system_context()),
        )
        with self._lock:
            self._waiting.append(notification)
            self._bound()
        self._news.set()

    def setup(self) -> None:
        """Nothing is opened before there is something to tell."""

    def start(self) -> None:
        self._task = concurrency.spawn(self._run)

    def stop(self, grace: float) -> None:
        """Publish what waits, if that can be done in time."""
        self._stopping = True
        self._news.set()
        if self._task is not None and not self._ended.wait(grace):
            LOG.warning("%d notifications are lost with this process", len(self._waiting))
        self.kill()

    def kill(self) -> None:
        self._ended.set()
        self._news.set()
        self._driver.close()

    def wait(self) -> None:
        self._ended.wait()

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._ended.is_set():
            self._news.wait()
            batch = self._take()
            if not batch:
                if self._stopping:
                    break
                continue
            try:
                self._driver.publish(batch)
                pause = FIRST_PAUSE
            except Unavailable as error:
                self._put_back(batch)
                LOG.warning("%d notifications wait: %s", len(self._waiting), error)
                self._ended.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            except Exception:
                self._dropped += len(batch)
                LOG.exception("%d notifications are lost", len(batch))
        self._ended.set()

    def _take(self) -> list[Notification]:
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            if not batch:
                self._news.clear()
                if self._stopping:
                    self._news.set()
            return batch

    def _put_back(self, batch: list[Notification]) -> None:
        with self._lock:
            self._waiting.extendleft(reversed(batch))
            self._bound()

    def _bound(self) -> None:
        while len(self._waiting) > self._limit:
            lost = self._waiting.popleft()
            self._dropped += 1
            if self._dropped & (self._dropped - 1) == 0:  # the 1st, 2nd, 4th, 8th: a flood is not to flood the log
                LOG.error("notification %s is given up, %d so far: nobody takes them", lost.event_type, self._dropped)
