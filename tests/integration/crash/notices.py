"""What the world was told, against what was done: every operation has one start, and one end or one error after it."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path

from sqlalchemy import select

from nova_lite.db.models.operations import OperationRow
from nova_lite.db.session import Tx
from nova_lite.notifications.operations import event_type
from nova_lite.objects.states import OperationState
from tests.integration.crash.wrong import Kind, Wrong


class Told:
    """The types of the events of every operation, in the order in which they were first told; repetitions are left out.

    Asked again, it reads what has come to its directory since.
    """

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self._events: dict[str, list[str]] = defaultdict(list)
        self._seen: set[str] = set()
        self._read: dict[int, int] = {}  # bytes, by the inode: files are renamed as they grow old

    def events(self) -> dict[str, list[str]]:
        """By the operation's id."""
        files = sorted(self._spool.glob("notifications.jsonl*"), key=_age, reverse=True)
        for path in files:
            with path.open("rb") as file:
                inode = os.fstat(file.fileno()).st_ino
                file.seek(self._read.get(inode, 0))
                whole, end, _ = file.read().rpartition(b"\n")  # the last line may be on its way
                self._read[inode] = self._read.get(inode, 0) + len(whole + end)
            for line in whole.splitlines():
                self._take(json.loads(line))
        return self._events

    def _take(self, notification: dict[str, object]) -> None:
        payload, id = notification["payload"], str(notification["message_id"])
        if isinstance(payload, dict) and payload.get("schema") == "instance_operation" and id not in self._seen:
            self._seen.add(id)
            self._events[payload["operation"]["id"]].append(str(notification["event_type"]))


def _age(path: Path) -> int:
    return int(path.suffix[1:]) if path.suffix[1:].isdigit() else 0


def unpaired(tx: Tx, told: Told) -> list[Wrong]:
    """Operations of which another story was told. Nothing may be under way."""
    row = OperationRow
    known = tx.tuples(select(row.uuid, row.action, row.state, row.instance_uuid))
    operations = {str(uuid): rest for uuid, *rest in known}
    events = told.events()
    wrong = [Wrong("doubled", f"{uuid}: {events[uuid]} of no operation") for uuid in events.keys() - operations.keys()]
    for uuid, (action, state, instance) in operations.items():
        end = event_type(action, "error" if state is OperationState.FAILED else "end")
        wanted = [event_type(action, "start"), end]
        found = events.get(uuid, [])
        if found != wanted:
            kind: Kind = "lost" if set(wanted) - set(found) else "doubled" if len(found) > len(wanted) else "untrue"
            wrong.append(Wrong(kind, f"{uuid} ({action} of {instance}): told {found}, not {wanted}"))
    return wrong
