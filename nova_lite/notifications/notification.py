"""Notification: one thing that has happened, with all that a consumer needs to know about it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from nova_lite.core.clock import isoformat_micro
from nova_lite.core.context import RequestContext
from nova_lite.notifications.payloads import Payload
from nova_lite.objects.base import Value

Priority = Literal["INFO", "ERROR"]


class Notification(Value, frozen=True, kw_only=True):
    """``message_id`` stays the same when the notification is sent again: consumers drop what they have by it.

    ``publisher_id`` is ``service.host``; ``at`` seconds since the epoch, when it happened (not when it is sent).
    """

    message_id: str
    publisher_id: str
    event_type: str
    priority: Priority = "INFO"
    payload: Payload
    at: float
    context: dict[str, Any] = {}

    @property
    def topic(self) -> str:
        """Where it goes, below the configured topic: ``info`` or ``error``."""
        return self.priority.lower()


def context_fields(context: RequestContext) -> dict[str, Any]:
    """What a notification tells of the request that it belongs to."""
    return {
        "request_id": context.request_id, "user_id": context.user_id, "project_id": context.project_id,
        "roles": list(context.roles),
    }


def message(notification: Notification) -> dict[str, Any]:
    """The notification as oslo.messaging's listeners know it, before it is wrapped; all of it plain JSON."""
    fields: dict[str, Any] = {
        "message_id": notification.message_id, "publisher_id": notification.publisher_id,
        "event_type": notification.event_type, "priority": notification.priority,
        "timestamp": isoformat_micro(notification.at).replace("T", " "),
        "payload": msgspec.to_builtins(notification.payload),
    }
    return fields | {f"_context_{name}": value for name, value in notification.context.items()}
