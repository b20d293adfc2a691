"""Writing quotas."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete

from nova_lite.db.models.quotas import QuotaClassRow, QuotaRow
from nova_lite.db.session import Tx


def set_project(tx: Tx, project_id: str, limits: Mapping[str, int]) -> None:
    """Give a project limits of its own; ``limits`` by the field names of ``objects.quota.Quota``."""
    rows = [{"project_id": project_id, "resource": name, "hard_limit": limits[name]} for name in sorted(limits)]
    tx.upsert(QuotaRow, *rows, keys=("project_id", "resource"), update=("hard_limit",))


def clear_project(tx: Tx, project_id: str) -> None:
    """Let a project have the default limits again."""
    tx.change(delete(QuotaRow).where(QuotaRow.project_id == project_id))


def set_class(tx: Tx, class_name: str, limits: Mapping[str, int]) -> None:
    """Set the limits of a class."""
    rows = [{"class_name": class_name, "resource": name, "hard_limit": limits[name]} for name in sorted(limits)]
    tx.upsert(QuotaClassRow, *rows, keys=("class_name", "resource"), update=("hard_limit",))
