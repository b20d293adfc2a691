"""What is to be told of operations: kept in their own rows, in the statements that begin and end them.

So a notification costs no statement and no commit, and is lost as little as the operation itself. Where notifications
are off (``Database(telling=False)``) nothing is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import select, update

from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads.notices import ENDED, STARTED
from nova_lite.db.session import Tx
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation

END_UNTOLD = OperationRow.untold.bitwise_or(ENDED)
"""What the column ``untold`` becomes when an operation ends."""


def begun(tx: Tx, operation: Operation, instance: Instance) -> dict[str, Any]:
    """Columns of the INSERT of an operation, of which the beginning is to be told; of one that is over, the end too."""
    if not tx.telling:
        return {}
    over = operation.finished_at is not None
    return {
        "untold": STARTED | ENDED if over else STARTED, "began_with": _kept(instance),
        "ended_with": _kept(instance) if over else None,
    }


def ended(tx: Tx, instance: Instance) -> dict[str, Any]:
    """Columns of the UPDATE that ends an operation, with the instance as that leaves it."""
    return {"untold": END_UNTOLD, **ended_with(tx, instance)} if tx.telling else {}


def ended_with(tx: Tx, instance: Instance) -> dict[str, Any]:
    """The same without what is no plain value, :data:`END_UNTOLD`: for a statement that has it already."""
    return {"ended_with": _kept(instance)} if tx.telling else {}


def told(tx: Tx, started: Collection[str], ended: Collection[str]) -> None:
    """These operations' beginnings and ends have been told."""
    for uuids, bit, column in ((started, STARTED, "began_with"), (ended, ENDED, "ended_with")):
        if uuids:
            tx.change(
                update(OperationRow).where(OperationRow.uuid.in_(uuids))
                .values({"untold": OperationRow.untold - OperationRow.untold.bitwise_and(bit), column: None})
            )


def give_up(tx: Tx, keep: int) -> int:
    """Never tell of any operations but the newest ``keep``; how many were given up."""
    newest = select(OperationRow.id).where(OperationRow.untold > 0).order_by(OperationRow.id.desc())
    last = tx.scalar(newest.offset(keep).limit(1))
    if last is None:
        return 0
    return tx.change(
        update(OperationRow).where(OperationRow.untold > 0, OperationRow.id <= last)
        .values(untold=0, began_with=None, ended_with=None)
    )


def _kept(instance: Instance) -> str:
    # Nobody is told what a guest was given in confidence.
    return msgspec.json.encode(structs.replace(instance, user_data=None, key_data=None)).decode()
