"""Notifications through the broker, in the envelope that oslo.messaging's listeners read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from nova_lite.notifications.notification import Notification, message

ENVELOPE = "2.0"  # of oslo.messaging's format, in oslo_messaging/_drivers/common.py


class Outlet(Protocol):
    """Queues in a broker; :class:`nova_lite.rpc.drivers.kombu.outlet.Outlet`."""

    def publish(self, parcels: Sequence[tuple[str, bytes]]) -> None: ...
    def close(self) -> None: ...


class MessagingDriver:
    """Sends to the queues ``TOPIC.info`` and ``TOPIC.error``."""

    def __init__(self, outlet: Outlet, topic: str) -> None:
        self._outlet, self._topic = outlet, topic

    def publish(self, notifications: Sequence[Notification]) -> None:
        self._outlet.publish([
            (f"{self._topic}.{notification.topic}", enveloped(notification)) for notification in notifications
        ])

    def close(self) -> None:
        self._outlet.close()


def enveloped(notification: Notification) -> bytes:
    """The body of the message. ``_unique_id`` lets a listener of oslo.messaging drop what it has just had."""
    inner = message(notification) | {"_unique_id": notification.message_id}
    return msgspec.json.encode({"oslo.version": ENVELOPE, "oslo.message": msgspec.json.encode(inner).decode()})
