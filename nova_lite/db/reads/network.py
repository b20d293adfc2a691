"""Reading the network service's records: every kind by the same functions."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from typing import Any, cast

from msgspec import structs
from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, false, func, or_, select, true, tuple_

from nova_lite.core.errors import Invalid, NotFound
from nova_lite.db import keyset
from nova_lite.db.models.base import Base
from nova_lite.db.models.network import (
    FloatingIpRow,
    NetworkQuotaRow,
    NetworkRow,
    PortAddressRow,
    PortGroupRow,
    PortRow,
    RouterRow,
    SecurityGroupRow,
    SecurityGroupRuleRow,
    SubnetPoolRow,
    SubnetRow,
)
from nova_lite.db.patterns import containing
from nova_lite.db.session import Tx, paired
from nova_lite.objects.network import (
    FloatingIp,
    Network,
    NetworkQuota,
    Port,
    PortOffer,
    Query,
    R,
    Record,
    Router,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
    SubnetPool,
    not_found_type,
)

Wanted = str | int | bool | Collection[str] | None

ROWS: dict[type[Record], type[Base]] = {
    Network: NetworkRow, Subnet: SubnetRow, Port: PortRow, Router: RouterRow, SecurityGroup: SecurityGroupRow,
    SecurityGroupRule: SecurityGroupRuleRow, FloatingIp: FloatingIpRow, SubnetPool: SubnetPoolRow,
}
_UNSORTABLE = (tuple, dict)


def get(tx: Tx, kind: type[R], id: str) -> R:
    """One record, whosever it is.

    :raises NotFound: in Neutron's words.
    """
    return _one(tx, kind, id, _select(kind))


def hold(tx: Tx, kind: type[R], id: str) -> R:
    """One record, which nobody else changes or holds until the transaction ends. Raises NotFound."""
    return _one(tx, kind, id, _select(kind).with_for_update())


def ground(tx: Tx, network_id: str) -> tuple[Network, tuple[Subnet, ...]]:
    """A network with its subnets, oldest first; all of them are held until the transaction ends. One statement, but
    for a network without subnets. Raises NotFound.
    """
    found = tx.pairs(NetworkRow, SubnetRow, _with_subnets(), network=network_id)
    if not found:
        return hold(tx, Network, network_id), tuple(find(tx, Subnet, network_id=network_id))
    return _record(Network, found[0][0]), tuple(_record(Subnet, subnet) for _, subnet, _ in found)


def offer(tx: Tx, network_id: str, project_id: str, configured: int) -> PortOffer:
    """The same, with what a port of the project needs besides; ``configured``: its limit when it has none of its own.

    The caller has the project's turn, so that the number of its ports stays. Raises NotFound.
    """
    found = tx.pairs(NetworkRow, SubnetRow, _with_what_a_port_needs(), network=network_id, project=project_id)
    if not found:
        network = hold(tx, Network, network_id)
        return PortOffer(network=network, subnets=(), default_group="", limit=configured, used=0)
    limit, used, default = found[0][2]
    return PortOffer(
        network=_record(Network, found[0][0]), subnets=tuple(_record(Subnet, subnet) for _, subnet, _ in found),
        default_group=default or "", limit=configured if limit is None else int(limit), used=int(used),
    )


@functools.cache
def _with_subnets(*besides: ColumnElement[Any]) -> Select[Any]:
    joined = select(NetworkRow).join(SubnetRow, SubnetRow.network_id == NetworkRow.id)
    joined = joined.where(NetworkRow.id == bindparam("network"))
    holding = joined.order_by(SubnetRow.created_at, SubnetRow.id).with_for_update()
    return paired(NetworkRow, SubnetRow, holding, *besides)


@functools.cache
def _with_what_a_port_needs() -> Select[Any]:
    project: BindParameter[str] = bindparam("project")
    group = select(SecurityGroupRow.id).where(SecurityGroupRow.unique_key == project)
    return _with_subnets(*_room(PortRow, "port", project), group.scalar_subquery())


def _room(
    row: Any, resource: str, project_id: str | BindParameter[Any]
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    own = NetworkQuotaRow
    limit = select(own.hard_limit).where(own.project_id == project_id, own.resource == resource)
    used = select(func.count()).select_from(row).where(row.project_id == project_id)
    return limit.scalar_subquery(), used.scalar_subquery()


def find(tx: Tx, kind: type[R], **where: Wanted) -> list[R]:
    """All records whose fields have these values (or one of those in a collection), oldest first."""
    row = cast("Any", ROWS[kind])
    conditions = [_equal(getattr(row, name), value) for name, value in where.items()]
    found = tx.rows(_select(kind).where(*conditions).order_by(row.created_at, row.id))
    return [_record(kind, item) for item in found]


def page(tx: Tx, kind: type[R], query: Query) -> list[R]:
    """One page of what a listing asks for, in one statement (one more for a marker).

    :raises Invalid: it sorts by what cannot be sorted by, or the marker is not there.
    """
    statement, keys, names = _listing(kind, query)
    if query.marker is not None:
        statement = statement.where(keyset.after(keys, _marker(tx, kind, query.marker, names)))
    records = [_record(kind, item) for item in tx.rows(statement)]
    return records[::-1] if query.reverse else records


@functools.lru_cache(maxsize=100)  # every boot of a project asks the same of its networks
def _listing(kind: type[Record], query: Query) -> tuple[Select[Any], Sequence[keyset.Key], Sequence[str]]:
    """The statement of a page but for its marker, and by what it is ordered: expressions and names of fields."""
    row = cast("Any", ROWS[kind])
    statement = _select(kind).where(_visible(kind, query.project_id))
    for name, values in query.where:
        statement = statement.where(_condition(kind, name, values))
    names = [*query.sort, ("id", query.sort[-1][1] if query.sort else False)]
    keys = [_key(kind, row, name, descending != query.reverse) for name, descending in names]
    return statement.order_by(*keyset.ordering(keys)).limit(query.limit), keys, [name for name, _ in names]


def total(tx: Tx, kind: type[Record], project_id: str) -> int:
    """How many records of a kind a project has; a floating address's own port is of no project."""
    row = cast("Any", ROWS[kind])
    return tx.scalar(select(func.count()).select_from(row).where(row.project_id == project_id)) or 0


def room(tx: Tx, kind: type[Record], resource: str, project_id: str, configured: int) -> tuple[int, int]:
    """A project's limit of a resource, its own or the ``configured`` one, and how many it has. One statement."""
    ((found, number),) = tx.tuples(select(*_room(ROWS[kind], resource, project_id)))
    return configured if found is None else int(found), int(number)


def taken(tx: Tx, subnet_id: str, among: Sequence[str] | None = None) -> set[str]:
    """The addresses of a subnet that are given away, of these or of all."""
    statement = select(PortAddressRow.ip_address).where(PortAddressRow.subnet_id == subnet_id)
    if among is not None:
        statement = statement.where(PortAddressRow.ip_address.in_(among))
    return set(tx.scalars(statement))


def address_users(tx: Tx, subnet_id: str) -> list[Port]:
    """The ports that have an address of a subnet."""
    inside = select(PortAddressRow.port_id).where(PortAddressRow.subnet_id == subnet_id)
    return [_record(Port, row) for row in tx.rows(select(PortRow).where(PortRow.id.in_(inside)))]


def group_in_use(tx: Tx, group_id: str) -> bool:
    """Whether a port has the security group."""
    return bool(tx.scalar(select(func.count()).select_from(PortGroupRow).where(PortGroupRow.group_id == group_id)))


def group_names(tx: Tx, servers: Collection[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The names of the security groups that the ports of each of these have: servers by id, each with its project,
    for a port of another project may say that it is a server's. One statement.
    """
    port, held, group = PortRow.__table__.c, PortGroupRow.__table__.c, SecurityGroupRow.__table__.c
    named = (
        select(port.device_id, group.name).distinct()
        .where(tuple_(port.device_id, port.project_id).in_(servers), held.port_id == port.id, group.id == held.group_id)
        .order_by(port.device_id, group.name)
    )
    found: dict[str, tuple[str, ...]] = {}
    for device, name in tx.tuples(named) if servers else ():
        found[device] = (*found.get(device, ()), name)
    return found


def quota(tx: Tx, project_id: str, configured: NetworkQuota) -> NetworkQuota:
    """A project's limits: its own, else the configured ones."""
    rows = tx.rows(select(NetworkQuotaRow).where(NetworkQuotaRow.project_id == project_id))
    return structs.replace(configured, **{row.resource: row.hard_limit for row in rows})


def quota_owners(tx: Tx) -> list[str]:
    """The projects that have limits of their own."""
    return sorted(set(tx.scalars(select(NetworkQuotaRow.project_id))))


def _select(kind: type[Record]) -> Select[Any]:
    return select(ROWS[kind])


def _one(tx: Tx, kind: type[R], id: str, statement: Select[Any]) -> R:
    row = tx.row(statement.where(cast("Any", ROWS[kind]).id == id))
    if row is None:
        raise NotFound(f"{kind.noun} {id} could not be found.", id=id, type=not_found_type(kind))
    return _record(kind, row)


def _record(kind: type[R], row: Any) -> R:
    return kind(**{name: getattr(row, name) for name in kind.__struct_fields__})


def _equal(column: Any, value: Wanted) -> ColumnElement[bool]:
    if isinstance(value, Collection) and not isinstance(value, str):
        return cast("ColumnElement[bool]", column.in_(list(value)))
    return cast("ColumnElement[bool]", column == value)


def _visible(kind: type[Record], project_id: str | None) -> ColumnElement[bool]:
    """What a project may see: its own, what is shared with all, and everything on its own networks."""
    row = cast("Any", ROWS[kind])
    if project_id is None:
        return true()
    own = cast("ColumnElement[bool]", row.project_id == project_id)
    if kind is Network:
        return or_(own, NetworkRow.shared, NetworkRow.external)
    if kind is Subnet:
        return or_(own, row.network_id.in_(
            select(NetworkRow.id).where(or_(NetworkRow.shared, NetworkRow.project_id == project_id))
        ))
    if kind is Port:
        return or_(own, row.network_id.in_(select(NetworkRow.id).where(NetworkRow.project_id == project_id)))
    if kind is SubnetPool:
        return or_(own, SubnetPoolRow.shared)
    return own


def _condition(kind: type[Record], name: str, values: Sequence[str | int | bool]) -> ColumnElement[bool]:
    row = cast("Any", ROWS[kind])
    texts = [str(value) for value in values]
    if name in ("tags", "tags-any", "not-tags", "not-tags-any"):
        return _tagged(row.tags, name, [tag for text in texts for tag in text.split(",")])
    if name == "security_groups":
        return cast("ColumnElement[bool]", PortRow.id.in_(
            select(PortGroupRow.port_id).where(PortGroupRow.group_id.in_(texts))
        ))
    if name == "fixed_ips":
        return PortRow.id.in_(select(PortAddressRow.port_id).where(_addressed(texts)))
    return cast("ColumnElement[bool]", getattr(row, name).in_(values))


def _tagged(column: Any, name: str, tags: Sequence[str]) -> ColumnElement[bool]:
    # A tag stands between quotation marks in the column's text, and inside a text they are escaped.
    each = [containing(column, '"' + tag.replace("\\", "\\\\").replace('"', '\\"') + '"') for tag in tags]
    found = or_(false(), *each) if name.endswith("any") else and_(true(), *each)
    return ~found if name.startswith("not") else found


def _addressed(texts: Sequence[str]) -> ColumnElement[bool]:
    """``key=value`` parts about addresses: the same key twice means either, different keys mean both."""
    columns = {"ip_address": PortAddressRow.ip_address, "subnet_id": PortAddressRow.subnet_id}
    wanted: dict[str, list[ColumnElement[bool]]] = {}
    for text in texts:
        key, _, value = text.partition("=")
        if key == "ip_address_substr":
            wanted.setdefault(key, []).append(containing(PortAddressRow.ip_address, value))
        elif key in columns:
            wanted.setdefault(key, []).append(columns[key] == value)
        else:
            raise Invalid(f"'{key}' is not a valid filter of fixed_ips.", field="fixed_ips")
    return and_(true(), *(or_(false(), *either) for either in wanted.values()))


def _key(kind: type[Record], row: Any, name: str, descending: bool) -> keyset.Key:
    known = name in kind.__struct_fields__
    if not known or isinstance(_example(kind, name), _UNSORTABLE):
        raise Invalid(f"'{name}' is not a field to sort by.", field="sort_key")
    column = getattr(row, name)
    if column.property.columns[0].nullable:
        column = func.coalesce(column, 0 if name.startswith("port_range") else "")
    return keyset.Key(column, "desc" if descending else "asc")


def _example(kind: type[Record], name: str) -> object:
    default = kind.__struct_defaults__
    position = kind.__struct_fields__.index(name) - len(kind.__struct_fields__) + len(default)
    return default[position] if position >= 0 else None


def _marker(tx: Tx, kind: type[Record], id: str, names: Sequence[str]) -> list[object]:
    try:
        record = get(tx, kind, id)
    except NotFound:
        raise Invalid(f"The marker {id} could not be found.", field="marker") from None
    values = [getattr(record, name) for name in names]
    return [(0 if name.startswith("port_range") else "") if value is None else value
            for name, value in zip(names, values, strict=True)]
