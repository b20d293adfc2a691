"""Reading quotas."""

from __future__ import annotations

import functools

from msgspec import structs
from sqlalchemy import BindParameter, CompoundSelect, bindparam, func, literal, select

from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.quotas import QuotaClassRow, QuotaRow
from nova_lite.db.session import Tx
from nova_lite.objects.quota import Quota, Usage

DEFAULT_CLASS = "default"


def of_project(tx: Tx, project_id: str, configured: Quota) -> Quota:
    """A project's limits: its own, else those of the default class, else the ``configured`` ones. One statement."""
    own = select(QuotaRow.resource, QuotaRow.hard_limit, literal(1)).where(QuotaRow.project_id == project_id)
    common = select(QuotaClassRow.resource, QuotaClassRow.hard_limit, literal(0)).where(
        QuotaClassRow.class_name == DEFAULT_CLASS
    )
    rows = sorted(tx.tuples(common.union_all(own)), key=lambda row: int(row[2]))
    return _with(configured, {resource: limit for resource, limit, _ in rows})  # a project's own come last, and win


def ledger(tx: Tx, project_id: str, configured: Quota) -> tuple[Quota, Usage]:
    """A project's limits as above, and what it takes now: the sum over its live instances. One statement."""
    *rows, (_, _, number, cores, ram) = sorted(tx.tuples(_ledger(), project=project_id), key=lambda row: int(row[0]))
    usage = Usage(instances=int(number), cores=int(cores or 0), ram=int(ram or 0))
    return _with(configured, {row[1]: row[2] for row in rows}), usage


@functools.cache
def _ledger() -> CompoundSelect[int, str, int, int, int]:
    project: BindParameter[str] = bindparam("project")
    live = select(literal(2), literal(""), func.count(), func.sum(InstanceRow.vcpus), func.sum(InstanceRow.memory_mb))
    live = live.where(InstanceRow.project_id == project, InstanceRow.deleted == "")
    nothing = literal(0), literal(0)
    own = select(literal(1), QuotaRow.resource, QuotaRow.hard_limit, *nothing).where(QuotaRow.project_id == project)
    common = select(literal(0), QuotaClassRow.resource, QuotaClassRow.hard_limit, *nothing).where(
        QuotaClassRow.class_name == DEFAULT_CLASS
    )
    return common.union_all(own, live)


def of_class(tx: Tx, class_name: str, configured: Quota) -> Quota:
    """The limits of a class over the ``configured`` ones."""
    rows = tx.rows(select(QuotaClassRow).where(QuotaClassRow.class_name == class_name))
    return _with(configured, {row.resource: row.hard_limit for row in rows})


def _with(base: Quota, limits: dict[str, int]) -> Quota:
    known = {field.name for field in structs.fields(Quota)}
    return structs.replace(base, **{name: limit for name, limit in limits.items() if name in known})
