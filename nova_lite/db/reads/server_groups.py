"""Reading server groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select

from nova_lite.core.errors import NotFound
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.server_groups import ServerGroupMemberRow, ServerGroupRow
from nova_lite.db.session import Tx
from nova_lite.objects.server_group import ServerGroup


def page(tx: Tx, project_id: str | None, *, offset: int = 0, limit: int | None = None) -> list[ServerGroup]:
    """Groups of a project, or of all, oldest first. Two statements."""
    statement = select(ServerGroupRow).order_by(ServerGroupRow.id).offset(offset).limit(limit)
    if project_id is not None:
        statement = statement.where(ServerGroupRow.project_id == project_id)
    return _whole(tx, tx.rows(statement))


def get(tx: Tx, uuid: str, project_id: str | None) -> ServerGroup:
    """One group. Raises NotFound when there is none, for this project."""
    statement = select(ServerGroupRow).where(ServerGroupRow.uuid == uuid)
    if project_id is not None:
        statement = statement.where(ServerGroupRow.project_id == project_id)
    found = _whole(tx, tx.rows(statement))
    if not found:
        raise NotFound(f"Instance group {uuid} could not be found.", group=uuid)
    return found[0]


def of_instance(tx: Tx, instance_uuid: str) -> str | None:
    """The group that a server is in."""
    member = ServerGroupMemberRow
    found: str | None = tx.scalar(select(member.group_uuid).where(member.instance_uuid == instance_uuid))
    return found


def total(tx: Tx, project_id: str) -> int:
    """How many groups a project has."""
    return int(tx.scalar(select(func.count()).where(ServerGroupRow.project_id == project_id)) or 0)


def _whole(tx: Tx, rows: Sequence[ServerGroupRow]) -> list[ServerGroup]:
    member, members = ServerGroupMemberRow, defaultdict(list)
    if rows:
        for group, instance in tx.tuples(
            select(member.group_uuid, member.instance_uuid)
            .join(InstanceRow, InstanceRow.uuid == member.instance_uuid)
            .where(member.group_uuid.in_([row.uuid for row in rows]), InstanceRow.deleted == "")
            .order_by(InstanceRow.id)
        ):
            members[group].append(instance)
    return [from_row(row, members[row.uuid]) for row in rows]


def from_row(row: ServerGroupRow, members: Sequence[str] = ()) -> ServerGroup:
    """The object of a row."""
    return ServerGroup(
        uuid=row.uuid, project_id=row.project_id, user_id=row.user_id, name=row.name, policy=row.policy,
        max_per_host=row.max_per_host, limited=row.limited, members=tuple(members), created_at=row.created_at,
    )
