"""Writing the registry of daemons."""

from __future__ import annotations

from msgspec import structs
from sqlalchemy import delete, select, update

from nova_lite.core.errors import NotFound
from nova_lite.db.models.services import ServiceRow
from nova_lite.db.session import Tx
from nova_lite.objects.service import ServiceRecord


def heartbeat(tx: Tx, record: ServiceRecord, now: float) -> None:
    """A daemon is alive: its row, found by host and binary, is made or brought up to date, unless a newer heartbeat
    was taken already. ``record.last_seen_at`` is by the daemon's clock; what is written is ``now``.
    Who it is (uuid) and how it is switched (enabled, forced_down) stay as they were.
    """
    row = ServiceRow
    its = (row.host == record.host, row.binary == record.binary)
    news = {
        "version": record.version, "versions": record.versions, "topic": record.topic, "last_seen_at": now,
        "told_at": record.last_seen_at,
    }
    if tx.change(update(row).where(*its, row.told_at < record.last_seen_at).values(news)):
        return
    if tx.scalar(select(row.id).where(*its)) is None:
        values = {**structs.asdict(record), **news, "updated_at": now}
        del values["id"]
        tx.upsert(row, values, keys=("host", "binary"), update=tuple(news))


def set_state(
    tx: Tx, uuid: str, now: float, *, enabled: bool | None = None, disabled_reason: str | None = None,
    forced_down: bool | None = None,
) -> None:
    """Switch a daemon's row; None leaves a switch. Of a compute, use ``writes.hosts``, which switches its node too.

    :raises NotFound: no such daemon.
    """
    values: dict[str, bool | str | float | None] = {"updated_at": now}
    if enabled is not None:
        values |= {"enabled": enabled, "disabled_reason": None if enabled else disabled_reason}
    if forced_down is not None:
        values["forced_down"] = forced_down
    if not tx.change(update(ServiceRow).where(ServiceRow.uuid == uuid).values(values)):
        raise NotFound(f"Service {uuid} could not be found.", service=uuid)


def remove(tx: Tx, uuid: str) -> None:
    """Forget a daemon that will not come back. Raises NotFound."""
    if not tx.change(delete(ServiceRow).where(ServiceRow.uuid == uuid)):
        raise NotFound(f"Service {uuid} could not be found.", service=uuid)
