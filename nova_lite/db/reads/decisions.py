"""Reading the scheduler's decisions."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from nova_lite.db.models.decisions import DecisionRow
from nova_lite.db.session import Tx
from nova_lite.objects.claim import Decision


def of_request(tx: Tx, request_id: str) -> list[Decision]:
    """The decisions taken for a request, in order: one per instance and attempt."""
    return _ordered(tx, DecisionRow.request_id == request_id)


def of_operation(tx: Tx, operation_id: str) -> list[Decision]:
    """The decisions taken for an operation, in order: one per attempt."""
    return _ordered(tx, DecisionRow.operation_uuid == operation_id)


def _ordered(tx: Tx, condition: ColumnElement[bool]) -> list[Decision]:
    statement = select(DecisionRow).where(condition).order_by(DecisionRow.id)
    return [row.decision for row in tx.rows(statement)]
