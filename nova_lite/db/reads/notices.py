"""Reading what is still to be told of operations."""

from __future__ import annotations

import dataclasses
import logging

import msgspec
from sqlalchemy import select

from nova_lite.db.models.operations import OperationRow
from nova_lite.db.reads.operations import from_row
from nova_lite.db.session import Tx
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation

STARTED, ENDED = 1, 2

LOG = logging.getLogger(__name__)
_INSTANCES = msgspec.json.Decoder(Instance)


@dataclasses.dataclass(frozen=True, slots=True)
class Snapshot:
    """The instance as it was then; None when nobody can read it any more."""

    instance: Instance | None


@dataclasses.dataclass(frozen=True, slots=True)
class Untold:
    """An operation with what is to be told of its beginning and of its end; None where that has been told."""

    operation: Operation
    started: Snapshot | None
    ended: Snapshot | None


# Asked several times a second, nearly always in vain: made once, and of one column.
_ANY = select(OperationRow.untold).where(OperationRow.untold > 0).limit(1)


def untold(tx: Tx, limit: int) -> list[Untold]:
    """The oldest operations of which something is to be told."""
    if tx.scalar(_ANY) is None:
        return []
    statement = select(OperationRow).where(OperationRow.untold > 0).order_by(OperationRow.id).limit(limit)
    return [
        Untold(
            from_row(row), _snapshot(row.uuid, row.began_with) if row.untold & STARTED else None,
            _snapshot(row.uuid, row.ended_with) if row.untold & ENDED else None,
        )
        for row in tx.rows(statement)
    ]


def _snapshot(operation_id: str, kept: str | None) -> Snapshot:
    try:
        return Snapshot(_INSTANCES.decode(kept or ""))
    except msgspec.DecodeError as error:  # one that nobody can read must not hold up all that follow
        LOG.error("a notification of operation %s is lost: %s", operation_id, error)
        return Snapshot(None)
