"""Rows of operations: put, superseded, and their events. What they mean is in ``operations`` and ``instances``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import case, update

from nova_lite.db import swaps
from nova_lite.db.models.operations import OperationEventRow, OperationRow
from nova_lite.db.reads.operations import UNFINISHED
from nova_lite.db.session import Tx
from nova_lite.db.writes import notices
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Operation, OperationEvent
from nova_lite.objects.states import Action, OperationState

CAST_LEASE = 2.0
"""Seconds in which somebody must take up an operation that was cast; then it is cast again."""


def put(tx: Tx, *grants: ClaimGrant) -> tuple[Operation, ...]:
    """Write new operations of these instances.

    Each unfinished one without a lease gets one from its creation, so that none is lost.
    """
    leased = tuple(_leased(grant.operation) for grant in grants)
    tx.insert(OperationRow, *(
        _values(operation) | notices.begun(tx, operation, grant.instance)
        for operation, grant in zip(leased, grants, strict=True)
    ))
    return leased


def supersede(tx: Tx, instance: Instance, message: str, now: float, keep: Collection[Action] = ()) -> int:
    """Fail whatever is unfinished on an instance but actions to ``keep``; how many that was.

    Their workers are refused from now on. One that began while the caller waited for its turn ends when it began.
    """
    created_at = OperationRow.created_at
    return tx.change(
        update(OperationRow)
        .where(
            OperationRow.instance_uuid == instance.uuid, OperationRow.state.in_(UNFINISHED),
            OperationRow.action.not_in(sorted(keep)),
        )
        .values(state=OperationState.FAILED, message=message, lease_expires_at=None,
                updated_at=swaps.following(OperationRow.updated_at, now),
                finished_at=case((created_at > now, created_at), else_=now), **notices.ended(tx, instance))
    )


def add_events(tx: Tx, operation_id: str, events: Sequence[OperationEvent]) -> None:
    """Write events; one that is known already (same name, same start) is brought up to date."""
    rows = [{"operation_uuid": operation_id, **structs.asdict(event)} for event in events]
    tx.upsert(
        OperationEventRow, *rows, keys=("operation_uuid", "started_at", "name"),
        update=("host", "finished_at", "result", "reason", "details"),
    )


def _leased(operation: Operation) -> Operation:
    if operation.state not in UNFINISHED or operation.lease_expires_at is not None:
        return operation
    return structs.replace(operation, lease_expires_at=operation.created_at + CAST_LEASE)


def _values(operation: Operation) -> dict[str, Any]:
    found = structs.asdict(operation)
    found["uuid"] = found.pop("id")
    found["action"] = operation.action
    return found
