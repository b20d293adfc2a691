"""What a driver owes to those who notify."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from nova_lite.notifications.notification import Notification


class NotificationDriver(Protocol):
    """One way for notifications to leave. Calls may come from several tasks, and may wait cooperatively."""

    def publish(self, notifications: Sequence[Notification]) -> None:
        """Hand them over, in this order; when it returns, all of them are in safe hands.

        After an error any of them may have left already: they are published again, with the same message ids.

        :raises Unavailable: whoever takes them does not, now. Nothing may wait for longer than some seconds.
        """
        ...

    def close(self) -> None:
        """Give everything back. Safe to call twice."""
        ...
