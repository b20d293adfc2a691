"""Writing who is enrolled on the bus."""

from __future__ import annotations

from sqlalchemy import delete, or_, update

from nova_lite.core.errors import Forbidden, NotFound
from nova_lite.db.models.enrolment import BusKeyRow, TicketRow
from nova_lite.db.session import Tx


def issue(tx: Tx, ticket: str, identity: str, key: bytes, expires_at: float, now: float) -> None:
    """Keep a new ticket, and forget old ones."""
    tx.change(delete(TicketRow).where(or_(TicketRow.used_at.is_not(None), TicketRow.expires_at <= now)))
    tx.insert(TicketRow, {
        "id": ticket, "identity": identity, "key": key.hex(), "expires_at": expires_at, "used_at": None
    })


def enrol(tx: Tx, ticket: str, identity: str, public_key: str, now: float) -> None:
    """Use a ticket up, for this key. Raises Forbidden: somebody else has used it, or its time is over."""
    used = tx.change(
        update(TicketRow)
        .where(TicketRow.id == ticket, TicketRow.identity == identity)
        .where(TicketRow.used_at.is_(None), TicketRow.expires_at > now)
        .values(used_at=now)
    )
    if not used:
        raise Forbidden("the ticket is unknown, used, expired, or for another identity", identity=identity)
    tx.upsert(
        BusKeyRow, {"identity": identity, "public_key": public_key, "enrolled_at": now, "revoked_at": None},
        keys=("identity",), update=("public_key", "enrolled_at", "revoked_at"),
    )


def revoke(tx: Tx, identity: str, now: float) -> None:
    """Trust an enrolled identity no more. Raises NotFound."""
    if not tx.change(update(BusKeyRow).where(BusKeyRow.identity == identity).values(revoked_at=now)):
        raise NotFound(f"{identity} was not enrolled", identity=identity)
