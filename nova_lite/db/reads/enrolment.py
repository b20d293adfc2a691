"""Reading who is enrolled on the bus."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select

from nova_lite.db.models.enrolment import BusKeyRow, TicketRow
from nova_lite.db.session import Tx


class BusKey(NamedTuple):
    """The public key, PEM, of an enrolled identity; times are seconds since the epoch."""

    identity: str
    public_key: str
    enrolled_at: float
    revoked_at: float | None


def keys(tx: Tx) -> list[BusKey]:
    """Every key that was enrolled, revoked ones too."""
    rows = tx.rows(select(BusKeyRow).order_by(BusKeyRow.identity))
    return [BusKey(row.identity, row.public_key, row.enrolled_at, row.revoked_at) for row in rows]


def ticket_key(tx: Tx, ticket: str, identity: str, now: float) -> bytes | None:
    """What proves applications with a ticket; None when it is unknown, used, expired, or another identity's."""
    row = tx.row(select(TicketRow).where(TicketRow.id == ticket))
    if row is None or row.identity != identity or row.used_at is not None or row.expires_at <= now:
        return None
    return bytes.fromhex(row.key)
