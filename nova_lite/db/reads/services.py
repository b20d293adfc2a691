"""Reading the registry of daemons."""

from __future__ import annotations

from sqlalchemy import select

from nova_lite.core.errors import NotFound
from nova_lite.db.models.services import ServiceRow
from nova_lite.db.session import Tx
from nova_lite.objects.service import ServiceRecord


def page(tx: Tx, *, host: str | None = None, binary: str | None = None) -> list[ServiceRecord]:
    """All daemons, or those of a host, of a kind, in the order in which they first came."""
    statement = select(ServiceRow).order_by(ServiceRow.id)
    if host is not None:
        statement = statement.where(ServiceRow.host == host)
    if binary is not None:
        statement = statement.where(ServiceRow.binary == binary)
    return [_from_row(row) for row in tx.rows(statement)]


def get(tx: Tx, uuid: str) -> ServiceRecord:
    """One daemon. Raises NotFound, in Nova's words."""
    row = tx.row(select(ServiceRow).where(ServiceRow.uuid == uuid))
    if row is None:
        raise NotFound(f"Service {uuid} could not be found.", service=uuid)
    return _from_row(row)


def _from_row(row: ServiceRow) -> ServiceRecord:
    return ServiceRecord(
        uuid=row.uuid, id=row.id, host=row.host, binary=row.binary, topic=row.topic, zone=row.zone,
        enabled=row.enabled, disabled_reason=row.disabled_reason, forced_down=row.forced_down, version=row.version,
        versions=row.versions or {}, last_seen_at=row.last_seen_at, updated_at=row.updated_at,
    )
