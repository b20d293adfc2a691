"""Writing server groups, and what they ask of the place of a member."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, ColumnElement, delete, exists, func, select

from nova_lite.core.errors import Invalid, NotFound, QuotaExceeded
from nova_lite.db.models.hosts import AllocationRow, ComputeNodeRow
from nova_lite.db.models.server_groups import ServerGroupMemberRow, ServerGroupRow
from nova_lite.db.reads import server_groups as reads
from nova_lite.db.session import Tx
from nova_lite.db.writes import limits
from nova_lite.objects.server_group import GroupPolicy, ServerGroup


def create(tx: Tx, group: ServerGroup, limit: int, now: float) -> None:
    """A new group. Raises QuotaExceeded when its project has ``limit`` groups."""
    limits.take_turn(tx, group.project_id, now)
    if 0 <= limit <= reads.total(tx, group.project_id):
        raise QuotaExceeded("Quota exceeded, too many server groups.", resource="server_groups")
    tx.insert(ServerGroupRow, {
        "uuid": group.uuid, "project_id": group.project_id, "user_id": group.user_id, "name": group.name,
        "policy": group.policy, "max_per_host": group.max_per_host, "limited": group.limited,
        "created_at": group.created_at,
    })


def remove(tx: Tx, uuid: str, project_id: str | None) -> None:
    """Forget a group; its members stay where they are. Raises NotFound."""
    statement = delete(ServerGroupRow).where(ServerGroupRow.uuid == uuid)
    if project_id is not None:
        statement = statement.where(ServerGroupRow.project_id == project_id)
    tx.change(delete(ServerGroupMemberRow).where(ServerGroupMemberRow.group_uuid == uuid))
    if not tx.change(statement):
        raise NotFound(f"Instance group {uuid} could not be found.", group=uuid)


def join(tx: Tx, uuid: str, instance_uuid: str, limit: int) -> None:
    """Make a new server a member.

    :raises Invalid: the group is gone. :raises QuotaExceeded: it has ``limit`` members.
    """
    group = _hold(tx, uuid)
    if group is None:
        raise Invalid(f"Instance group {uuid} could not be found.", field="group")
    if 0 <= limit <= len(reads.get(tx, uuid, None).members):
        raise QuotaExceeded("Quota exceeded, too many servers in group", resource="server_group_members")
    tx.insert(ServerGroupMemberRow, {"instance_uuid": instance_uuid, "group_uuid": uuid})


def is_alone(instance_uuid: str | BindParameter[str]) -> ColumnElement[bool]:
    """That an instance is in no group, within another statement. It is in its group from its creation on."""
    return ~exists().where(ServerGroupMemberRow.instance_uuid == instance_uuid)


class Company:
    """What the group of an instance asks of its place. For an instance without a group: nothing.

    The group's row is held to the end of the transaction, so that two members are never placed at the same time.
    """

    def __init__(self, tx: Tx, instance_uuid: str) -> None:
        uuid = reads.of_instance(tx, instance_uuid)
        self._group = None if uuid is None else _hold(tx, uuid)
        self._tx, self._instance = tx, instance_uuid

    def condition(self) -> list[ColumnElement[bool]]:
        """What must hold of the row of a host, within the statement that claims it."""
        group, node, taken = self._group, ComputeNodeRow, AllocationRow
        if group is None:
            return []
        members = select(ServerGroupMemberRow.instance_uuid).where(ServerGroupMemberRow.group_uuid == group.uuid)
        there = select(func.count()).select_from(taken).where(
            taken.instance_uuid.in_(members), taken.instance_uuid != self._instance  # it may have a place already
        )
        if group.policy == GroupPolicy.AFFINITY:
            return [there.where(taken.host != node.host).correlate(node).scalar_subquery() == 0]
        if group.policy == GroupPolicy.ANTI_AFFINITY:
            return [there.where(taken.host == node.host).correlate(node).scalar_subquery() < group.max_per_host]
        return []

    def order(self, candidates: Sequence[str]) -> Sequence[str]:
        """The candidates, those that the group prefers first."""
        if self._group is None:
            return candidates
        member, taken = ServerGroupMemberRow, AllocationRow
        found = self._tx.tuples(
            select(taken.host, func.count()).join(member, member.instance_uuid == taken.instance_uuid)
            .where(member.group_uuid == self._group.uuid).group_by(taken.host)
        )
        counts = {str(host): int(number) for host, number in found}
        sign = -1 if self._group.policy in (GroupPolicy.AFFINITY, GroupPolicy.SOFT_AFFINITY) else 1
        return sorted(candidates, key=lambda host: sign * counts.get(host, 0))


def _hold(tx: Tx, uuid: str) -> ServerGroupRow | None:
    return tx.row(select(ServerGroupRow).where(ServerGroupRow.uuid == uuid).with_for_update())
