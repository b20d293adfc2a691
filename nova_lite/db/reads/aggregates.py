"""Reading aggregates."""

from __future__ import annotations

from sqlalchemy import select

from nova_lite.core.errors import NotFound
from nova_lite.db.models.aggregates import AggregateRow
from nova_lite.db.session import Tx
from nova_lite.objects.aggregate import Aggregate


def every(tx: Tx) -> list[Aggregate]:
    """All aggregates, oldest first."""
    return [from_row(row) for row in tx.rows(select(AggregateRow).order_by(AggregateRow.id))]


def get(tx: Tx, number: int) -> Aggregate:
    """One aggregate. Raises NotFound."""
    row = tx.row(select(AggregateRow).where(AggregateRow.id == number))
    if row is None:
        raise not_found(number)
    return from_row(row)


def not_found(number: int) -> NotFound:
    """In Nova's words."""
    return NotFound(f"Aggregate {number} could not be found.", aggregate=number)


def from_row(row: AggregateRow) -> Aggregate:
    """The object of a row."""
    return Aggregate(
        id=row.id, uuid=row.uuid, name=row.name, hosts=tuple(row.hosts), metadata=dict(row.items),
        created_at=row.created_at, updated_at=row.updated_at,
    )
