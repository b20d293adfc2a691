"""Finding what a repeated request has made."""

from __future__ import annotations

from sqlalchemy import select

from nova_lite.db.models.idempotency import IdempotencyRow
from nova_lite.db.session import Tx
from nova_lite.objects.idempotency import Once, Repeated


def made_by(tx: Tx, once: Once) -> str | None:
    """The first instance that the request made; None when it is new.

    :raises Repeated: the token was used for another request.
    """
    row = tx.row(select(IdempotencyRow).where(
        IdempotencyRow.project_id == once.project_id, IdempotencyRow.token == once.token
    ))
    if row is None:
        return None
    if row.fingerprint != once.fingerprint:
        raise Repeated(f"The token {once.token} was used for another request: its body was different.",
                       token=once.token)
    return row.instance_uuid
