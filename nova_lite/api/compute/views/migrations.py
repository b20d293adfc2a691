"""Migrations as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.compute.views.table import Field, at, render
from nova_lite.api.microversions import Microversion
from nova_lite.core.clock import isoformat_micro
from nova_lite.db.reads.migrations import Migration

_FIELDS: tuple[Field[Migration, None], ...] = (
    Field("id", lambda m, _: m.number),
    Field("uuid", lambda m, _: m.uuid, since="2.59"),
    Field("instance_uuid", lambda m, _: m.instance_uuid),
    Field("status", lambda m, _: m.status),
    Field("migration_type", lambda m, _: m.kind, since="2.23"),
    Field("source_compute", lambda m, _: m.source),
    Field("source_node", lambda m, _: m.source),
    Field("dest_compute", lambda m, _: m.destination),
    Field("dest_node", lambda m, _: m.destination),
    Field("dest_host", lambda m, _: None),
    Field("old_instance_type_id", lambda m, _: m.old_type),
    Field("new_instance_type_id", lambda m, _: m.new_type),
    Field("created_at", lambda m, _: isoformat_micro(m.created_at)),
    Field("updated_at", lambda m, _: isoformat_micro(m.updated_at)),
    Field("user_id", lambda m, _: m.user_id, since="2.80"),
    Field("project_id", lambda m, _: m.project_id, since="2.80"),
)


def index(migrations: Sequence[Migration], version: Microversion) -> list[dict[str, object]]:
    """Migrations of a listing."""
    fields = at(_FIELDS, version, frozenset())
    return [render(fields, each, None) for each in migrations]
