"""The relay: tells the world of operations that began and ended. Their rows are the outbox, so that nothing is lost
with a process: what is published twice has the same message id. One conductor process does it for all.
"""

from __future__ import annotations

import logging

from nova_lite.core.clock import Clock
from nova_lite.core.errors import Unavailable
from nova_lite.core.ids import new_uuid
from nova_lite.db.errors import Duplicate
from nova_lite.db.reads import notices as reads
from nova_lite.db.session import Database
from nova_lite.db.writes import duties
from nova_lite.db.writes import notices as writes
from nova_lite.notifications.drivers.base import NotificationDriver
from nova_lite.notifications.notification import Notification
from nova_lite.notifications.operations import Phase, of_operation

DUTY = "notifications"
TERM = 10.0  # seconds for which the duty is taken; longer than a batch takes
BATCH = 200  # operations that are told of together
LONGEST_PAUSE = 5.0  # seconds at most between two attempts while nobody takes what is told

LOG = logging.getLogger(__name__)


class Relay:
    """One process's turns. ``backlog``: while nobody takes notifications, so many operations are kept to be told of."""

    def __init__(
        self, database: Database, driver: NotificationDriver, publisher_id: str, clock: Clock, backlog: int
    ) -> None:
        self._database, self._driver, self._publisher_id = database, driver, publisher_id
        self._clock, self._backlog = clock, backlog
        self._holder = new_uuid()
        self._mine_until = self._next = self._pause = 0.0

    def turn(self) -> None:
        """Tell all that is to be told, unless somebody else does: who is not on duty does not even look for it."""
        while self._clock.now() >= self._next and self._on_duty():
            with self._database.read() as tx:
                untold = reads.untold(tx, BATCH)
            if not untold or not self._tell(untold) or len(untold) < BATCH:
                return

    def resign(self) -> None:
        """Leave the duty, if it is ours, to whoever asks next: there are no more turns."""
        if self._clock.now() < self._mine_until:
            self._database.transact(lambda tx: duties.leave(tx, DUTY, self._holder))
            self._mine_until = 0.0

    def _on_duty(self) -> bool:
        now = self._clock.now()
        if now < self._mine_until - TERM / 2:
            return True
        try:
            mine = self._database.transact(lambda tx: duties.take(tx, DUTY, self._holder, now + TERM, now))
        except Duplicate:
            mine = False
        if not mine:
            self._next = now + TERM / 4
            return False
        self._mine_until = now + TERM
        return True

    def _tell(self, untold: list[reads.Untold]) -> bool:
        found = [notification for one in untold for notification in self._of(one)]
        try:
            # Several operations' lives cross: consumers see them in the order in which things happened.
            self._driver.publish(sorted(found, key=lambda notification: notification.at))
        except Unavailable as error:
            self._wait(error)
            return False
        self._pause = 0.0
        started = [one.operation.id for one in untold if one.started]
        ended = [one.operation.id for one in untold if one.ended]
        self._database.transact(lambda tx: writes.told(tx, started, ended))
        return True

    def _of(self, one: reads.Untold) -> list[Notification]:
        phases: list[tuple[Phase, reads.Snapshot | None]] = [("start", one.started), ("end", one.ended)]
        return [
            of_operation(one.operation, kept.instance, phase, self._publisher_id)
            for phase, kept in phases if kept is not None and kept.instance is not None
        ]

    def _wait(self, error: Unavailable) -> None:
        self._pause = min(max(self._pause * 2, 0.5), LONGEST_PAUSE)
        self._next = self._clock.now() + self._pause
        lost = self._database.transact(lambda tx: writes.give_up(tx, self._backlog))
        LOG.warning("notifications of operations wait: %s", error)
        if lost:
            LOG.error("notifications of %d operations are given up: nobody has taken them for too long", lost)
