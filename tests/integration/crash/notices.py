"""What the world was told, against what was done: every operation has one start, and one end or one error after it."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from sqlalchemy import select

from nova_lite.db.models.operations import OperationRow
from nova_lite.db.session import Tx
from nova_lite.notifications.operations import event_type
from nova_lite.objects.states import OperationState
from tests.integration.crash.wrong import Kind, Wrong


def told(spool: Path) -> dict[str, list[str]]:
    """The types of the events of every operation, in the order in which they were first told; repetitions are left out."""
    files = sorted(spool.glob("notifications.jsonl*"), key=lambda path: int(path.suffix[1:]) if path.suffix[1:].isdigit() else 0)
    events: dict[str, list[str]] = defaultdict(list)
    seen: set[str] = set()
    for line in (line for path in reversed(files) for line in path.read_text().splitlines()):
        notification = json.loads(line)
        if notification["payload"].get("schema") == "instance_operation" and notification["message_id"] not in seen:
            seen.add(notification["message_id"])
            events[notification["payload"]["operation"]["id"]].append(notification["event_type"])
    return events


def unpaired(tx: Tx, spool: Path) -> list[Wrong]:
    """Operations of which another story was told. Nothing may be under way."""
    operations = {row.uuid: row for row in tx.rows(select(OperationRow))}
    events = told(spool)
    wrong = [Wrong("doubled", f"{uuid}: {events[uuid]} of no operation") for uuid in events.keys() - operations.keys()]
    for uuid, row in operations.items():
        end = event_type(row.action, "error" if row.state is OperationState.FAILED else "end")
        wanted = [event_type(row.action, "start"), end]
        found = events.get(uuid, [])
        if found != wanted:
            kind: Kind = "lost" if set(wanted) - set(found) else "doubled" if len(found) > len(wanted) else "untrue"
            wrong.append(Wrong(kind, f"{uuid} ({row.action} of {row.instance_uuid}): told {found}, not {wanted}"))
    return wrong
