"""Notifications as lines of the log: for systems that make their events out of logs."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from nova_lite.notifications.notification import Notification, message

LOG = logging.getLogger("nova_lite.notifications")


class LogDriver:
    """One line of JSON each, at level INFO or ERROR, by the logger ``nova_lite.notifications``."""

    def publish(self, notifications: Sequence[Notification]) -> None:
        for notification in notifications:
            level = logging.ERROR if notification.priority == "ERROR" else logging.INFO
            LOG.log(level, "%s %s", notification.event_type, msgspec.json.encode(message(notification)).decode())

    def close(self) -> None:
        """Nothing is open."""
