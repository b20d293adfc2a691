"""Which instances a list shows, and in which order: from values to conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select

from nova_lite.core.errors import Invalid
from nova_lite.db.keyset import Direction, Key
from nova_lite.db.models.instances import InstanceRow
from nova_lite.db.models.network import PortAddressRow, PortRow
from nova_lite.db.patterns import containing, has_item, has_key, has_pair, matching
from nova_lite.objects.states import PowerState, TaskState, VmState

Sort = Sequence[tuple[str, Direction]]
Condition = ColumnElement[bool]

_TEXT_KEYS = (
    "uuid", "display_name", "hostname", "host", "vm_state", "task_state", "availability_zone", "key_name",
    "project_id", "user_id", "image_id", "flavorid", "access_ip_v4", "access_ip_v6", "locked_reason", "description",
    "reservation_id", "disk_config", "locked_by",
)
_NUMBER_KEYS = (
    "created_at", "updated_at", "launched_at", "terminated_at", "deleted_at", "power_state", "progress",
    "launch_index", "config_drive", "locked", "memory_mb", "vcpus", "disk_gb",
)
SORT_KEYS = frozenset((*_TEXT_KEYS, *_NUMBER_KEYS))
"""The columns that a list may be sorted by."""

_NULLABLE = frozenset({
    "host", "task_state", "availability_zone", "key_name", "image_id", "locked_reason", "description", "launched_at",
    "terminated_at", "deleted_at", "locked_by",
})


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceFilters:
    """Which instances a list shows. None everywhere means: do not filter by this.

    ``project_id`` None: of all projects. ``vm_states`` and ``task_states`` must both match; None among the task
    states is "nothing is being done". ``name`` is a regular expression (as Nova's), searched anywhere in the name;
    ``description`` a part of the text; the other texts are exact. ``deleted``: False live ones, True deleted ones,
    None both. ``changed_since`` and ``changed_before`` bound ``updated_at`` (seconds, inclusive); ``used``: those that
    were there at some moment between the two. ``created``, ``launched`` and ``terminated``: from one moment on, before
    another. ``address`` and ``address_v6``: regular expressions, searched in those of its
    ports, the second only in those of version 6. ``launch_index`` and ``progress`` are exact. ``metadata``: all
    pairs are there; ``metadata_keys``: all keys are. ``tags``: all are there; ``tags_any``: one is; ``not_tags``
    and ``not_tags_any`` negate these.
    """

    project_id: str | None = None
    user_id: str | None = None
    uuids: Sequence[str] | None = None
    vm_states: frozenset[VmState] | None = None
    task_states: frozenset[TaskState | None] | None = None
    power_state: PowerState | None = None
    name: str | None = None
    hostname: str | None = None
    description: str | None = None
    host: str | None = None
    availability_zone: str | None = None
    image_id: str | None = None
    flavorid: str | None = None
    key_name: str | None = None
    reservation_id: str | None = None
    access_ip_v4: str | None = None
    access_ip_v6: str | None = None
    locked: bool | None = None
    locked_by: str | None = None
    disk_config: str | None = None
    config_drive: bool | None = None
    changed_since: float | None = None
    changed_before: float | None = None
    address: str | None = None
    address_v6: str | None = None
    launch_index: int | None = None
    progress: int | None = None
    used: tuple[float, float] | None = None
    created: tuple[float, float] | None = None
    launched: tuple[float, float] | None = None
    terminated: tuple[float, float] | None = None
    deleted: bool | None = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    metadata_keys: Sequence[str] = ()
    tags: Sequence[str] = ()
    tags_any: Sequence[str] = ()
    not_tags: Sequence[str] = ()
    not_tags_any: Sequence[str] = ()


_EXACT = (
    "project_id", "user_id", "power_state", "hostname", "host", "availability_zone", "image_id", "flavorid", "key_name",
    "reservation_id", "access_ip_v4", "access_ip_v6", "locked", "locked_by", "disk_config",
    "config_drive", "launch_index", "progress",
)


def conditions(filters: InstanceFilters) -> list[Condition]:
    """The conditions of a list, all of which must hold. Raises Invalid for a name that is no expression."""
    found: list[Condition] = []
    if filters.deleted is not None:
        found.append(InstanceRow.deleted != "" if filters.deleted else InstanceRow.deleted == "")
    for name in _EXACT:
        value = getattr(filters, name)
        if value is not None:
            found.append(getattr(InstanceRow, name) == value)
    if filters.uuids is not None:
        found.append(InstanceRow.uuid.in_(filters.uuids))
    if filters.name is not None:
        found.append(matching(InstanceRow.display_name, filters.name))
    if filters.address is not None:
        found.append(_at(filters.address))
    if filters.address_v6 is not None:
        found.append(_at(filters.address_v6, ":"))
    if filters.description is not None:
        found.append(containing(InstanceRow.description, filters.description))
    return found + _states(filters) + _times(filters) + _labels(filters)


def _at(address: str, with_a: str = "") -> Condition:
    port, taken = PortRow.__table__.c, PortAddressRow.__table__.c
    ports = select(taken.port_id).where(matching(taken.ip_address, address), containing(taken.ip_address, with_a))
    return InstanceRow.uuid.in_(select(port.device_id).where(port.id.in_(ports)))


def order(sort: Sort) -> list[Key]:
    """The keys of an order, ended by the unique row number. Raises Invalid for an unknown key."""
    unknown = [name for name, _ in sort if name not in SORT_KEYS]
    if unknown:
        raise Invalid(f"servers cannot be sorted by {unknown[0]!r}", field="sort_key")
    keys = [Key(_never_null(name), direction) for name, direction in sort]
    last = sort[-1][1] if sort else "desc"
    return [*keys, Key(InstanceRow.__table__.c.id, last)]


def _never_null(name: str) -> ColumnElement[Any]:
    column: ColumnElement[Any] = InstanceRow.__table__.c[name]
    if name not in _NULLABLE:
        return column
    return func.coalesce(column, "" if name in _TEXT_KEYS else 0.0)


def _states(filters: InstanceFilters) -> list[Condition]:
    found: list[Condition] = []
    if filters.vm_states is not None:
        found.append(InstanceRow.vm_state.in_(sorted(filters.vm_states)))
    if filters.task_states is not None:
        named = InstanceRow.task_state.in_(sorted(state for state in filters.task_states if state is not None))
        found.append(or_(named, InstanceRow.task_state.is_(None)) if None in filters.task_states else named)
    return found


def _times(filters: InstanceFilters) -> list[Condition]:
    found: list[Condition] = []
    if filters.changed_since is not None:
        found.append(InstanceRow.updated_at >= filters.changed_since)
    if filters.changed_before is not None:
        found.append(InstanceRow.updated_at <= filters.changed_before)
    if filters.used is not None:
        start, end = filters.used
        found.append(InstanceRow.created_at <= end)
        found.append(or_(InstanceRow.deleted_at.is_(None), InstanceRow.deleted_at >= start))
    for name in ("created", "launched", "terminated"):
        span, column = getattr(filters, name), getattr(InstanceRow, f"{name}_at")
        if span is not None:
            found += [column >= span[0], column < span[1]]
    return found


def _labels(filters: InstanceFilters) -> list[Condition]:
    pairs = [has_pair(InstanceRow.instance_metadata, key, value) for key, value in filters.metadata.items()]
    keys = [has_key(InstanceRow.instance_metadata, key) for key in filters.metadata_keys]
    found = pairs + keys + _tagged(filters.tags)
    if filters.tags_any:
        found.append(or_(*_tagged(filters.tags_any)))
    if filters.not_tags:
        found.append(not_(and_(*_tagged(filters.not_tags))))
    if filters.not_tags_any:
        found.append(not_(or_(*_tagged(filters.not_tags_any))))
    return found


def _tagged(tags: Sequence[str]) -> list[Condition]:
    return [has_item(InstanceRow.tags, tag) for tag in tags]
