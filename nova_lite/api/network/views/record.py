"""What every record shows."""

from __future__ import annotations

from nova_lite.core.clock import isoformat
from nova_lite.objects.network import Record


def base(record: Record) -> dict[str, object]:
    """The fields that all nouns have."""
    return {
        "id": record.id, "name": record.name, "description": record.description, "project_id": record.project_id,
        "tenant_id": record.project_id, "created_at": isoformat(record.created_at),
        "updated_at": isoformat(record.updated_at), "revision_number": record.revision_number,
        "tags": list(record.tags),
    }
