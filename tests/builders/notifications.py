"""Notifications, and what became of them in a spool."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path
from typing import Any

from nova_lite.notifications.drivers.spool import CURRENT
from nova_lite.notifications.notification import Notification
from nova_lite.notifications.payloads import RpcRefusal
from tests.builders.guests import NOW

A_REFUSAL = RpcRefusal(
    offender="nova-compute@h1", proved=True, topic="conductor", method="claim", reason="forbidden", message="no",
    message_id="m1", not_told=0,
)


def a_notification(number: int = 0, **changes: Any) -> Notification:
    return Notification(**{
        "message_id": f"id-{number}", "publisher_id": "conductor.h1", "event_type": "rpc.refused", "payload": A_REFUSAL,
        "at": NOW, **changes,
    })


def spooled(directory: Path) -> list[dict[str, Any]]:
    """Every message in a spool, oldest first; while it is read, nobody writes to it."""
    if not directory.exists():
        return []
    with (directory / ".lock").open("a") as door:
        fcntl.flock(door, fcntl.LOCK_SH)
        return _messages(directory)


def _messages(directory: Path) -> list[dict[str, Any]]:
    files = sorted(directory.glob(f"{CURRENT}*"), key=_age, reverse=True)
    return [json.loads(line) for path in files for line in path.read_text().splitlines()]


def _age(path: Path) -> int:
    number = path.suffix.removeprefix(".")
    return int(number) if number.isdigit() else 0


def unpaired(messages: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the pairs of operations: every one has one start and then one end or error."""
    lives: dict[str, list[str]] = {}
    seen: set[str] = set()
    for found in messages:
        if found["payload"]["schema"] == "instance_operation" and found["message_id"] not in seen:
            seen.add(found["message_id"])
            lives.setdefault(found["payload"]["operation"]["id"], []).append(found["event_type"])
    return [
        f"operation {operation}: {events}" for operation, events in lives.items()
        if len(events) != 2 or not events[0].endswith(".start") or not events[1].endswith((".end", ".error"))
    ]
