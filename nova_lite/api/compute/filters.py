"""From the query of a server listing to what the database is asked for."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from typing import Literal, TypeVar, cast

from nova_lite.api.compute.booleans import truth
from nova_lite.api.compute.statuses import states_of
from nova_lite.api.compute.times import epoch, period
from nova_lite.api.compute.views.servers import ROOT_DEVICE
from nova_lite.api.microversions import Microversion, v
from nova_lite.api.request import Query
from nova_lite.core.errors import Forbidden, Invalid
from nova_lite.db.reads.instances import InstanceFilters
from nova_lite.objects.states import PowerState, TaskState, VmState

W = TypeVar("W", VmState, TaskState)
V = TypeVar("V")

Direction = Literal["asc", "desc"]

# Filters that everybody may use, and those that joined them in 2.83; the others are for admins and are dropped
# silently from other people's queries.
_OPEN = frozenset({
    "reservation_id", "name", "status", "image", "flavor", "ip", "changes-since", "changes-before", "all_tenants",
    "tags", "tags-any", "not-tags", "not-tags-any", "locked",
})
_OPEN_283 = frozenset({
    "availability_zone", "config_drive", "key_name", "created_at", "launched_at", "terminated_at", "power_state",
    "task_state", "vm_state", "progress", "user_id",
})

_OPEN_290 = frozenset({"hostname"})

_TEXTS = {
    "user_id": "user_id", "image": "image_id", "image_ref": "image_id", "flavor": "flavorid", "host": "host",
    "hostname": "hostname", "key_name": "key_name", "reservation_id": "reservation_id",
    "availability_zone": "availability_zone", "access_ip_v4": "access_ip_v4", "access_ip_v6": "access_ip_v6",
    "ip": "address", "ip6": "address_v6", "display_name": "name", "name": "name", "display_description": "description",
    "node": "host",
    "locked_by": "locked_by",
}

# Parts of a server that it is not filtered by.
_FIELDS = (
    "metadata", "system_metadata", "info_cache", "security_groups", "services", "block_device_mapping", "pci_devices"
)
# What no server here has: nothing matches.
_NOWHERE = ("kernel_id", "ramdisk_id")
_MOMENTS = {"created_at": "created", "launched_at": "launched", "terminated_at": "terminated"}

# Nova's sort keys; None: accepted, and the same for every server here.
_SORT_KEYS: Mapping[str, str | None] = {
    **{key: key for key in (
        "access_ip_v4", "access_ip_v6", "availability_zone", "created_at", "display_name", "host", "hostname",
        "key_name", "launch_index", "launched_at", "power_state", "progress", "project_id", "task_state",
        "terminated_at", "updated_at", "user_id", "uuid", "vm_state",
    )},
    "display_description": "description", "image_ref": "image_id", "instance_type_id": "flavorid", "node": "host",
    "auto_disk_config": "disk_config", "config_drive": "config_drive", "locked_by": "locked_by", "locked": "locked",
    "kernel_id": None, "ramdisk_id": None, "root_device_name": None,
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who lists: ``everything`` may use all filters; ``project_id`` is the caller's own."""

    project_id: str
    everything: bool
    version: Microversion


def wants_all_tenants(query: Query, viewer: Viewer) -> bool:
    """Whether servers of all projects are asked for. Without this word a project's name is of no account, as in Nova.

    :raises Invalid: all_tenants is no boolean.
    """
    asked = query.one("all_tenants")
    if asked is not None:
        return asked == "" or truth(asked, "all_tenants")
    return False


def parse(query: Query, viewer: Viewer, *, all_tenants: bool) -> InstanceFilters | None:
    """What the database is asked for; None when nothing can match.

    :raises Invalid: a filter has a value that it cannot have.
    :raises Forbidden: deleted servers are asked for by somebody who may not see them.
    """
    allowed = _allowed(query, viewer)
    for name in _FIELDS:
        if name in allowed:
            raise Invalid(f"Invalid filter field: {name}.", field=name)
    found: dict[str, object] = {
        ours: allowed.one(theirs) for theirs, ours in _TEXTS.items() if allowed.one(theirs) is not None
    }
    found["project_id"] = viewer.project_id
    if all_tenants:
        found["project_id"] = allowed.one("tenant_id") or allowed.one("project_id")
    try:
        found |= _states(allowed, viewer) | _times(allowed) | _tags(allowed) | _rest(allowed)
    except _Nothing:
        return None
    return InstanceFilters(**found)  # type: ignore[arg-type]  # names and types are those of the tables above


def _allowed(query: Query, viewer: Viewer) -> Query:
    if viewer.everything:
        return query
    names = set(_OPEN)
    for since, more in (("2.5", {"ip6"}), ("2.83", _OPEN_283), ("2.90", _OPEN_290)):
        names |= more if viewer.version >= v(since) else set()
    return Query({name: values for name, values in query.items() if name in names})


class _Nothing(Exception):
    """A filter has a value that no server has."""


def _states(query: Query, viewer: Viewer) -> dict[str, object]:
    vm_states: frozenset[VmState] | None = None
    task_states: frozenset[TaskState | None] | None = None
    if query.get("status"):
        known = [states for states in map(states_of, query["status"]) if states is not None]
        if not known and viewer.version >= v("2.38"):
            raise Invalid("Invalid status value", field="status")
        if not known:
            raise _Nothing
        vm_states = frozenset[VmState]().union(*(vm for vm, _ in known))
        if all(task for _, task in known):
            task_states = frozenset[TaskState | None]().union(*(task for _, task in known))
        if VmState.DELETED in vm_states and not viewer.everything:
            raise Forbidden("Only administrators may list deleted instances")
    if (text := query.one("vm_state")) is not None:
        wanted = _word(VmState, text)
        vm_states = frozenset({wanted}) if vm_states is None else vm_states & {wanted}
    if (text := query.one("task_state")) is not None:
        task_states = frozenset({_word(TaskState, text)})
    return {"vm_states": vm_states, "task_states": task_states}


def _word(kind: Callable[[str], W], text: str) -> W:
    try:
        return kind(text.lower())
    except ValueError:
        raise _Nothing from None


def _times(query: Query) -> dict[str, object]:
    since, before = epoch(query, "changes-since"), epoch(query, "changes-before")
    if since is not None and before is not None and since > before:
        raise Invalid("The value of changes-since must be less than or equal to changes-before.",
                      field="changes-since")
    deleted: bool | None = False
    if (text := query.one("deleted")) is not None:
        deleted = _truth(text) is True  # what is no boolean is false here
    elif since is not None or before is not None or "DELETED" in [word.upper() for word in query.get("status", [])]:
        # Who asks what has changed wants to hear of what is gone.
        deleted = None
    moments = {ours: period(query[theirs][0]) for theirs, ours in _MOMENTS.items() if query.get(theirs)}
    if None in moments.values():
        raise _Nothing
    return moments | {"changed_since": since, "changed_before": before, "deleted": deleted}


def _tags(query: Query) -> dict[str, object]:
    return {
        name.replace("-", "_"): tuple(tag for value in query[name] for tag in value.split(","))
        for name in ("tags", "tags-any", "not-tags", "not-tags-any") if query.get(name)
    }


def _truth(text: str) -> bool | None:
    with contextlib.suppress(Invalid):
        return truth(text, "")
    return None


def _rest(query: Query) -> dict[str, object]:
    found: dict[str, object] = {}
    if (text := query.one("locked")) is not None:
        found["locked"] = truth(text, "locked")
    if (text := query.one("config_drive")) is not None:
        found["config_drive"] = _something(_truth(text))
    if (text := query.one("auto_disk_config")) is not None:
        found["disk_config"] = "AUTO" if _something(_truth(text)) else "MANUAL"
    for name in ("power_state", "launch_index", "progress"):
        if (text := query.one(name)) is not None:
            found[name] = _number(text)
    if "power_state" in found:
        found["power_state"] = _something(
            {state.value: state for state in PowerState}.get(cast("int", found["power_state"]))
        )
    if (uuids := query.get("uuid")) is not None:
        found["uuids"] = tuple(uuids)
    if any(name in query for name in _NOWHERE) or query.one("root_device_name") not in (None, ROOT_DEVICE):
        raise _Nothing
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise _Nothing
    return int(text)


def _something(value: V | None) -> V:
    if value is None:
        raise _Nothing
    return value


def sorting(query: Query, viewer: Viewer) -> list[tuple[str, Direction]]:
    """The order of a listing: newest first unless asked otherwise.

    :raises Invalid: a key that servers are not sorted by, or more directions than keys.
    :raises Forbidden: a key that is for admins.
    """
    keys, directions = query.get("sort_key", []), query.get("sort_dir", [])
    for key in ("host", "node"):
        if key in keys and not viewer.everything:
            raise Forbidden(f"Only administrators can sort servers by {key}")
    if len(directions) > max(len(keys), 1):
        raise Invalid("Sort direction size exceeds sort key size", field="sort_dir")
    order: list[tuple[str, Direction]] = []
    for position, key in enumerate(keys or ["created_at"]):
        if key not in _SORT_KEYS:
            raise Invalid(f"Invalid input for field/attribute sort_key. Value: {key}. Servers are not sorted by it.",
                          field="sort_key")
        direction: Direction = "asc" if position < len(directions) and directions[position] == "asc" else "desc"
        ours = _SORT_KEYS[key]
        if ours is not None and ours not in dict(order):
            order.append((ours, direction))
    return order or [("created_at", "desc")]
