"""Reading instances."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select

from nova_lite.core.errors import Invalid, NotFound
from nova_lite.db import keyset
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.reads.instance_filters import InstanceFilters, Sort, conditions, order
from nova_lite.db.session import Tx
from nova_lite.objects.instance import Instance
from nova_lite.objects.quota import Usage
from nova_lite.objects.states import PowerState

__all__ = ["NEWEST_FIRST", "InstanceFilters", "Sort", "by_uuids", "get", "on_host", "page", "usage", "usages"]

NEWEST_FIRST: Sort = (("created_at", "desc"),)


def get(tx: Tx, uuid: str, project_id: str | None = None, *, deleted: bool = False) -> Instance:
    """One instance. ``project_id`` None: of any project. ``deleted`` True finds deleted ones too.

    :raises NotFound: there is none, for this project.
    """
    statement = select(InstanceRow).where(InstanceRow.uuid == uuid)
    if project_id is not None:
        statement = statement.where(InstanceRow.project_id == project_id)
    if not deleted:
        statement = statement.where(InstanceRow.deleted == "")
    row = tx.row(statement)
    if row is None:
        raise not_found(uuid)
    return from_row(row)


def page(
    tx: Tx,
    filters: InstanceFilters,
    *,
    sort: Sort = NEWEST_FIRST,
    marker: str | None = None,
    limit: int | None = None,
) -> list[Instance]:
    """A page of instances, in one statement: those after the one with uuid ``marker``, ``limit`` at most.

    :raises Invalid: the marker names no instance of this project, a sort key is unknown, the name is no expression.
    """
    keys = order(sort)
    statement = select(InstanceRow).where(*conditions(filters)).order_by(*keyset.ordering(keys))
    if marker is not None:
        statement = statement.where(_after(tx, keys, marker, filters.project_id))
    if limit is not None:
        statement = statement.limit(limit)
    return [from_row(row) for row in tx.rows(statement)]


def on_host(tx: Tx, host: str) -> list[Instance]:
    """Every live instance that a host owns, oldest first."""
    statement = select(InstanceRow).where(InstanceRow.host == host, InstanceRow.deleted == "").order_by(InstanceRow.id)
    return [from_row(row) for row in tx.rows(statement)]


def by_uuids(tx: Tx, uuids: Sequence[str]) -> list[Instance]:
    """Those of these instances of which there is a record, deleted ones included."""
    if not uuids:
        return []
    return [from_row(row) for row in tx.rows(select(InstanceRow).where(InstanceRow.uuid.in_(uuids)))]


def usage(tx: Tx, project_id: str) -> Usage:
    """What a project takes now: the sum over its live instances."""
    statement = select(func.count(), func.sum(InstanceRow.vcpus), func.sum(InstanceRow.memory_mb)).where(
        InstanceRow.project_id == project_id, InstanceRow.deleted == ""
    )
    ((instances, cores, ram),) = tx.tuples(statement)
    return Usage(instances=int(instances), cores=int(cores or 0), ram=int(ram or 0))


def usages(tx: Tx) -> dict[str, Usage]:
    """The usage of every project that has a live instance."""
    statement = (
        select(InstanceRow.project_id, func.count(), func.sum(InstanceRow.vcpus), func.sum(InstanceRow.memory_mb))
        .where(InstanceRow.deleted == "")
        .group_by(InstanceRow.project_id)
    )
    return {
        project: Usage(instances=int(instances), cores=int(cores), ram=int(ram))
        for project, instances, cores, ram in tx.tuples(statement)
    }


def not_found(uuid: str) -> NotFound:
    """The error of an instance that is not there, in Nova's words."""
    return NotFound(f"Instance {uuid} could not be found.", instance=uuid)


def locking(uuid: str) -> Select[InstanceRow]:
    """The statement that reads one row, deleted or not, and holds it until the transaction ends."""
    return select(InstanceRow).where(InstanceRow.uuid == uuid).with_for_update(key_share=True)


def from_row(row: InstanceRow) -> Instance:
    """The object of a row."""
    return Instance(
        uuid=row.uuid, project_id=row.project_id, user_id=row.user_id, display_name=row.display_name,
        hostname=row.hostname, flavor=row.flavor, image=row.image, host=row.host,
        availability_zone=row.availability_zone, vm_state=row.vm_state, task_state=row.task_state,
        power_state=PowerState(row.power_state), description=row.description, key_name=row.key_name,
        key_data=row.key_data, user_data=row.user_data, config_drive=row.config_drive,
        metadata=row.instance_metadata, tags=row.tags, nics=row.nics, reservation_id=row.reservation_id,
        launch_index=row.launch_index, locked=row.locked, locked_by=row.locked_by, locked_reason=row.locked_reason,
        progress=row.progress,
        access_ip_v4=row.access_ip_v4, access_ip_v6=row.access_ip_v6, created_at=row.created_at,
        updated_at=row.updated_at, launched_at=row.launched_at, terminated_at=row.terminated_at,
        deleted_at=row.deleted_at, revision=row.revision, fault=row.fault,
        kept=row.kept, disk_config=row.disk_config, pinned_zone=row.pinned_zone, hints=row.hints or {},
        files=row.files or (),
    )


def _after(tx: Tx, keys: list[keyset.Key], marker: str, project_id: str | None) -> ColumnElement[bool]:
    statement = select(*(key.expression for key in keys)).where(InstanceRow.uuid == marker)
    if project_id is not None:
        statement = statement.where(InstanceRow.project_id == project_id)
    found = tx.tuples(statement)
    if not found:
        raise Invalid(f"marker [{marker}] not found", field="marker")
    return keyset.after(keys, found[0])
