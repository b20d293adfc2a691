"""Writing aggregates, and the zones of their hosts with them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select, update

from nova_lite.core.errors import Conflict, NotFound
from nova_lite.db.models.aggregates import AggregateRow
from nova_lite.db.models.hosts import ComputeNodeRow
from nova_lite.db.reads import aggregates as reads
from nova_lite.db.reads import hosts
from nova_lite.db.session import Tx
from nova_lite.objects.aggregate import DEFAULT_ZONE, ZONE, Aggregate


class NotNow(Conflict):
    """What an aggregate's hosts, or their servers, do not allow."""

    code = "aggregate_in_use"


def create(tx: Tx, aggregate: Aggregate) -> Aggregate:
    """A new aggregate, with its number. Raises Conflict when there is one of this name."""
    number = tx.insert_row(AggregateRow, {
        "uuid": aggregate.uuid, "name": aggregate.name, "hosts": aggregate.hosts, "items": aggregate.metadata,
        "created_at": aggregate.created_at, "updated_at": None,
    }, duplicate=_exists(aggregate.name))
    return reads.get(tx, number)


def rename(tx: Tx, number: int, name: str, now: float) -> Aggregate:
    """Raises NotFound; Conflict when there is another one of this name."""
    _hold(tx, number)
    taken = tx.row(select(AggregateRow).where(AggregateRow.name == name, AggregateRow.id != number))
    if taken is not None:
        raise _exists(name)
    return _save(tx, number, now, name=name)


def set_metadata(tx: Tx, number: int, items: dict[str, str | None], now: float) -> Aggregate:
    """Set items, remove those that are None. A changed zone is that of the hosts.

    :raises NotNow: a host would be in two zones, or change the zone under its servers.
    """
    before = _hold(tx, number)
    merged = {**before.metadata, **items}
    after = _save(tx, number, now, items={key: value for key, value in merged.items() if value is not None})
    if after.availability_zone != before.availability_zone:
        _refuse_two_zones(tx, after, after.hosts)
        busy = [host.host for host in hosts.named(tx, after.hosts) if host.instances]
        if busy:
            raise NotNow(f"Cannot update aggregate {number}. Reason: One or more hosts contain instances in this zone.",
                         aggregate=number, hosts=", ".join(busy))
        _place(tx, after.hosts)
    return after


def add_host(tx: Tx, number: int, host: str) -> Aggregate:
    """Raises NotFound for the aggregate or the host; Conflict when it is in it, NotNow when in another zone."""
    before = _hold(tx, number)
    hosts.one(tx, host)
    if host in before.hosts:
        raise Conflict(f"Aggregate {number} already has host {host}.", aggregate=number, host=host)
    _refuse_two_zones(tx, before, (host,))
    after = _save(tx, number, before.updated_at, hosts=(*before.hosts, host))
    _place(tx, (host,))
    return after


def remove_host(tx: Tx, number: int, host: str) -> Aggregate:
    """Raises NotFound for the aggregate, the host, or a host that is not in it."""
    before = _hold(tx, number)
    if host not in before.hosts:
        raise NotFound(f"Aggregate {number} has no host {host}.", aggregate=number, host=host)
    after = _save(tx, number, before.updated_at, hosts=tuple(other for other in before.hosts if other != host))
    _place(tx, (host,))
    return after


def remove(tx: Tx, number: int) -> None:
    """Raises NotFound; NotNow while hosts are in it."""
    before = _hold(tx, number)
    if before.hosts:
        raise NotNow(f"Cannot remove aggregate {number}. Reason: Host aggregate is not empty.", aggregate=number)
    tx.change(delete(AggregateRow).where(AggregateRow.id == number))


def _hold(tx: Tx, number: int) -> Aggregate:
    """All rows, so that what zone a host is in does not change meanwhile."""
    for row in tx.rows(select(AggregateRow).order_by(AggregateRow.id).with_for_update()):
        if row.id == number:
            return reads.from_row(row)
    raise reads.not_found(number)


def _save(tx: Tx, number: int, now: float | None, **values: Any) -> Aggregate:
    tx.change(update(AggregateRow).where(AggregateRow.id == number).values(updated_at=now, **values))
    return reads.get(tx, number)


def _exists(name: str) -> Conflict:
    return Conflict(f"Aggregate {name} already exists.", name=name)


def _refuse_two_zones(tx: Tx, aggregate: Aggregate, names: Collection[str]) -> None:
    zone = aggregate.availability_zone
    for other in reads.every(tx) if zone else ():
        shared = set(names) & set(other.hosts)
        if other.id != aggregate.id and shared and other.availability_zone not in (None, zone):
            raise NotNow(f"Cannot add host to aggregate {aggregate.id}. Reason: Host already in availability zone "
                         f"{other.availability_zone}.", aggregate=aggregate.id, hosts=", ".join(sorted(shared)))


def _place(tx: Tx, names: Collection[str]) -> None:
    zones = {host: aggregate.metadata[ZONE] for aggregate in reads.every(tx) if aggregate.availability_zone
             for host in aggregate.hosts}
    node = ComputeNodeRow
    for name in names:
        tx.change(update(node).where(node.host == name).values(
            availability_zone=zones.get(name, DEFAULT_ZONE), generation=node.generation + 1
        ))
