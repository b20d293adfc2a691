"""Writing the network service's records. Changes are conditional on the revision that was read."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, cast

from msgspec import structs
from sqlalchemy import BindParameter, Update, bindparam, delete, exists, update

from nova_lite.core.errors import Conflict
from nova_lite.db import swaps
from nova_lite.db.errors import Drawn
from nova_lite.db.models.network import (
    FloatingIpRow,
    NetworkQuotaRow,
    PortAddressRow,
    PortGroupRow,
    PortRow,
    SubnetRow,
)
from nova_lite.db.reads import network as reads
from nova_lite.db.session import Tx
from nova_lite.objects.instance import Instance
from nova_lite.objects.network import FloatingIp, Port, R, Record, SecurityGroup


def add(tx: Tx, record: Record) -> None:
    """Write a new record down.

    :raises Conflict: its id, a port's MAC address or a project's default group exists already, or somebody else was
        faster in taking one of a port's addresses.
    """
    tx.insert(reads.ROWS[type(record)], _columns(record), duplicate=_clash(record))
    if isinstance(record, Port):
        _take(tx, record)


def replace(tx: Tx, before: R, after: R) -> R:
    """Commit a changed record in the place of ``before``; its next revision.

    :raises Conflict: the record is no longer ``before``.
    """
    row = cast("Any", reads.ROWS[type(before)])
    fresh = structs.replace(after, revision_number=before.revision_number + 1)
    matched = tx.change(
        update(row).where(row.id == before.id, row.revision_number == before.revision_number).values(_columns(fresh))
    )
    if not matched:
        raise Conflict(f"{before.noun} {before.id} has been changed by somebody else meanwhile.", id=before.id)
    if isinstance(before, Port) and isinstance(fresh, Port):
        _exchange(tx, before, fresh)
    return fresh


def remove(tx: Tx, record: Record) -> None:
    """Delete a record. A port's addresses are free again, and floating addresses lead to it no more."""
    row = cast("Any", reads.ROWS[type(record)])
    tx.change(delete(row).where(row.id == record.id))
    if isinstance(record, Port):
        _let_go(tx, record.id)
        tx.change(update(FloatingIpRow).where(FloatingIpRow.port_id == record.id).values(_UNTIED))


def advance(tx: Tx, subnet_id: str, address: str) -> bool:
    """Note which address of a subnet is given away last, no change that anybody is shown; False when a port has it."""
    return bool(tx.change(_advance(), subnet=subnet_id, address=address))


@functools.cache
def _advance() -> Update:
    subnet: BindParameter[str] = bindparam("subnet")
    address: BindParameter[str] = bindparam("address")
    taken = exists().where(PortAddressRow.subnet_id == subnet, PortAddressRow.ip_address == address)
    return update(SubnetRow).where(SubnetRow.id == subnet, ~taken).values(cursor=address)


def set_quota(tx: Tx, project_id: str, limits: Mapping[str, int]) -> None:
    """Give a project limits of its own, by the names of ``NetworkQuota``."""
    rows = [{"project_id": project_id, "resource": name, "hard_limit": limits[name]} for name in sorted(limits)]
    tx.upsert(NetworkQuotaRow, *rows, keys=("project_id", "resource"), update=("hard_limit",))


def clear_quota(tx: Tx, project_id: str) -> None:
    """Let a project have the configured limits again."""
    tx.change(delete(NetworkQuotaRow).where(NetworkQuotaRow.project_id == project_id))


def release_server(tx: Tx, instance_uuid: str, now: float) -> None:
    """A server is gone: so are the ports that were made for it; those that it was given are free for another."""
    for port in reads.find(tx, Port, device_id=instance_uuid):
        _free(tx, port, now)


def release_port(tx: Tx, instance_uuid: str, port_id: str, now: float) -> None:
    """The same for one of its ports. Gone already is success."""
    for port in reads.find(tx, Port, id=port_id, device_id=instance_uuid):
        _free(tx, port, now)


def _free(tx: Tx, port: Port, now: float) -> None:
    if port.made_for_device:
        remove(tx, port)
    elif port.device_owner.startswith("compute:"):
        replace(tx, port, unbound(port, now))


def plugged(tx: Tx, instance: Instance, host: str | None, now: float, port_id: str | None = None) -> None:
    """A host has plugged in a server's ports, or one of them; without a ``host`` they wait for the next one."""
    if not instance.nics:
        return
    which = {"was_device_id": instance.uuid, "was_project_id": instance.project_id}
    if port_id is not None:
        which["was_id"] = port_id
    tx.change(
        _plugging(port_id is not None), **which,
        binding_host=host or "", status="ACTIVE" if host else "DOWN", updated_at=now,
    )


@functools.cache
def _plugging(one: bool) -> Update:
    ports = swaps.still(PortRow, "device_id", "project_id", *(("id",) if one else ()))
    return ports.values(revision_number=PortRow.revision_number + 1)


def unbound(port: Port, now: float) -> Port:
    """The port without its device."""
    return structs.replace(
        port, device_id="", device_owner="", binding_host="", status="DOWN", dns_name="", device_tag="", updated_at=now
    )


_UNTIED = {"port_id": "", "fixed_ip_address": "", "router_id": "", "status": "DOWN"}


def _columns(record: Record) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


def _clash(record: Record) -> Conflict:
    if isinstance(record, Port):
        return Drawn(
            f"Unable to complete operation for network {record.network_id}. The mac address {record.mac_address} is "
            "in use.", mac_address=record.mac_address,
        )
    if isinstance(record, SecurityGroup):
        return Conflict("Default security group already exists.", project_id=record.project_id)
    if isinstance(record, FloatingIp):
        return Conflict(f"The IP address {record.floating_ip_address} is in use.", id=record.id)
    return Conflict(f"{record.noun} {record.id} already exists.", id=record.id)


def _take(tx: Tx, port: Port) -> None:
    for address in port.fixed_ips:
        taken = Conflict(
            f"IP address {address.ip_address} already allocated in subnet {address.subnet_id}", port=port.id
        )
        tx.insert(PortAddressRow, {
            "subnet_id": address.subnet_id, "ip_address": address.ip_address, "port_id": port.id,
        }, duplicate=taken)
    groups = dict.fromkeys(port.security_groups)
    tx.insert(PortGroupRow, *({"port_id": port.id, "group_id": group} for group in groups))


def _let_go(tx: Tx, port_id: str) -> None:
    tx.change(delete(PortAddressRow).where(PortAddressRow.port_id == port_id))
    tx.change(delete(PortGroupRow).where(PortGroupRow.port_id == port_id))


def _exchange(tx: Tx, before: Port, after: Port) -> None:
    if (before.fixed_ips, before.security_groups) == (after.fixed_ips, after.security_groups):
        return
    _let_go(tx, before.id)
    _take(tx, after)
    gone = {address.ip_address for address in before.fixed_ips} - {address.ip_address for address in after.fixed_ips}
    if gone:
        tx.change(update(FloatingIpRow).where(
            FloatingIpRow.port_id == before.id, FloatingIpRow.fixed_ip_address.in_(sorted(gone))
        ).values(_UNTIED))
