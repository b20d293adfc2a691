"""Writing the scheduler's decisions."""

from __future__ import annotations

from sqlalchemy import delete

from nova_lite.db.models.decisions import DecisionRow
from nova_lite.db.session import Tx
from nova_lite.objects.claim import Decision


def record(tx: Tx, request_id: str, operation_id: str, decision: Decision, now: float) -> None:
    """Keep a decision."""
    values = {"request_id": request_id, "operation_uuid": operation_id, "decision": decision, "created_at": now}
    tx.insert(DecisionRow, values)


def forget(tx: Tx, before: float) -> int:
    """Remove decisions that were taken before a time; how many."""
    return tx.change(delete(DecisionRow).where(DecisionRow.created_at < before))
