"""Writing down that a request is carried out, in the transaction that does."""

from __future__ import annotations

from sqlalchemy import delete

from nova_lite.db.models.idempotency import IdempotencyRow
from nova_lite.db.session import Tx
from nova_lite.objects.idempotency import Once, Repeated


def record(tx: Tx, once: Once, instance_uuid: str, now: float) -> None:
    """Keep the token. Whoever comes with it at the same time waits here for the first one's end.

    :raises Repeated: it was used. The transaction is lost then.
    """
    used = Repeated(f"a request with the token {once.token} has been accepted", token=once.token)
    tx.insert(IdempotencyRow, {
        "project_id": once.project_id, "token": once.token, "fingerprint": once.fingerprint,
        "instance_uuid": instance_uuid, "created_at": now,
    }, duplicate=used)


def forget(tx: Tx, before: float) -> int:
    """Drop the tokens of requests from before a time; how many those were."""
    return tx.change(delete(IdempotencyRow).where(IdempotencyRow.created_at < before))
