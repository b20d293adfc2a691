"""Security groups: the proxy that the compute API had until 2.35, and those of servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nova_lite.api.compute.booleans import truth_or
from nova_lite.api.compute.handlers.lookup import scope, server_of
from nova_lite.api.compute.paging import page_size
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import security_groups as views
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Conflict, Invalid, NotFound
from nova_lite.core.ids import is_uuid
from nova_lite.network.drafts import NewSecurityGroup, NewSecurityGroupRule, PortChange, SecurityGroupChange
from nova_lite.network.service import Networking
from nova_lite.objects.instance import Instance
from nova_lite.objects.network import Port, Query, SecurityGroup


def networking(request: Request[ComputeServices]) -> Networking:
    """The network service. Raises NotFound where there is none."""
    if request.services.networking is None:
        raise NotFound("There is no network service.")
    return request.services.networking


def _shown(service: Networking, groups: Sequence[SecurityGroup]) -> list[dict[str, object]]:
    rules = service.security_groups.rules_of(groups)
    wanted = {rule.remote_group_id for found in rules.values() for rule in found if rule.remote_group_id}
    found = service.security_groups.page(Query(where=(("id", tuple(sorted(wanted))),))) if wanted else []
    sources = {group.id: group for group in found}
    return [views.group(group, rules[group.id], sources) for group in groups]


def _group(request: Request[ComputeServices], id: str) -> SecurityGroup:
    found = networking(request).security_groups.show(scope(request), id)
    request.authorize({"project_id": found.project_id, "user_id": request.context.user_id})
    return found


def index(request: Request[ComputeServices]) -> Json:
    service, query = networking(request), request.query
    everywhere = request.context.is_admin and truth_or(query.one("all_tenants") or None, "all_tenants", False)
    own = request.context.project_id
    found = service.security_groups.page(Query(
        project_id=None if everywhere else own, where=() if everywhere else (("project_id", (own,)),),
    ))
    offset, limit = int(query.one("offset") or 0), page_size(query, request.services.page_size)
    return {"security_groups": _shown(service, found[offset:offset + limit])}


def show(request: Request[ComputeServices]) -> Json:
    return {"security_group": _shown(networking(request), [_group(request, request.path["security_group_id"])])[0]}


def create(request: Request[ComputeServices]) -> Json:
    service, body = networking(request), request.member("security_group")
    draft = NewSecurityGroup(name=str(body["name"]), description=str(body.get("description") or ""))
    try:
        (made,) = service.security_groups.create(request.context.project_id, [draft])
    except Conflict as error:
        raise Invalid(error.message, field="name") from None
    return {"security_group": _shown(service, [made])[0]}


def update(request: Request[ComputeServices]) -> Json:
    service, body = networking(request), request.member("security_group")
    group = _group(request, request.path["security_group_id"])
    if group.is_default:
        raise Invalid(f"Unable to update system group '{group.name}'", field="name")
    change = SecurityGroupChange(name=str(body["name"]), description=str(body.get("description") or ""))
    return {"security_group": _shown(service, [service.security_groups.update(group.id, change)])[0]}


def delete(request: Request[ComputeServices]) -> None:
    group = _group(request, request.path["security_group_id"])
    if group.is_default:
        raise Invalid("Insufficient rights for removing default security group.", group=group.id)
    try:
        networking(request).security_groups.delete(group.id)
    except Conflict as error:
        raise Invalid(error.message, group=group.id) from None


def create_rule(request: Request[ComputeServices]) -> Json:
    """Let something in; an address of version 6 makes it a rule of version 6."""
    service, body = networking(request), request.member("security_group_rule")
    parent = str(body["parent_group_id"] or "")
    if not is_uuid(parent):
        raise Invalid("Security group id should be uuid", field="parent_group_id")
    group = _group(request, parent)
    source, cidr = body.get("group_id"), body.get("cidr")
    draft = NewSecurityGroupRule(
        security_group_id=group.id, direction="ingress", ethertype="IPv6" if ":" in str(cidr or "") else "IPv4",
        protocol=None if body.get("ip_protocol") is None else str(body["ip_protocol"]).lower(),
        port_range_min=_port(body, "from_port"), port_range_max=_port(body, "to_port"),
        remote_ip_prefix=None if source or not cidr else str(cidr), remote_group_id=str(source) if source else None,
    )
    # A rule names only groups that its maker sees: their names would be told.
    found = service.security_groups.show(scope(request), str(source)) if source else None
    try:
        (made,) = service.security_group_rules.create(group.project_id, [draft])
    except Conflict as error:
        raise Invalid(error.message, field="security_group_rule") from None
    shown = views.rule(made, found)
    # The prefix is told as it was said; the network service keeps it without the bits of a host.
    return {"security_group_rule": shown | {"ip_range": {"cidr": cidr}} if cidr and not source else shown}


def _port(body: Mapping[str, object], name: str) -> int | None:
    value = body.get(name)
    try:
        number = None if value is None else int(str(value))
    except ValueError:
        raise Invalid(
            f"Invalid input for field/attribute {name}. Value: {value}. It is no number.", field=name
        ) from None
    return None if number == -1 else number


def delete_rule(request: Request[ComputeServices]) -> None:
    service = networking(request)
    rule = service.security_group_rules.show(scope(request), request.path["rule_id"])
    request.authorize({"project_id": rule.project_id, "user_id": request.context.user_id})
    service.security_group_rules.delete(rule.id)


def ports_of(request: Request[ComputeServices], server: Instance) -> list[Port]:
    """The ports of a server. Those of other projects may say that they are, and are not."""
    where = (("device_id", (server.uuid,)), ("project_id", (server.project_id,)))
    return networking(request).ports.page(Query(where=where))


def of_server(request: Request[ComputeServices]) -> Json:
    server = server_of(request)
    wanted = {group for port in ports_of(request, server) for group in port.security_groups}
    service = networking(request)
    groups = service.security_groups.page(Query(where=(("id", tuple(sorted(wanted))),))) if wanted else []
    return {"security_groups": _shown(service, groups)}


def _named(request: Request[ComputeServices], server: Instance, name: str) -> SecurityGroup:
    groups = networking(request).security_groups
    for field in ("id", "name"):
        where = ((field, (name,)), ("project_id", (server.project_id,)))
        found = groups.page(Query(project_id=server.project_id, where=where))
        if len(found) > 1:
            raise Conflict(f"Multiple security groups found matching '{name}'. Use an ID to be more specific.",
                           name=name)
        if found:
            return found[0]
    raise NotFound(f"Security group {name} not found for project {server.project_id}.", name=name)


def add(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    group, ports = _named(request, server, str(request.member("addSecurityGroup")["name"])), ports_of(request, server)
    if not ports:
        raise NotFound(f"Instance {server.uuid} could not be found as device id on any ports", instance=server.uuid)
    for port in ports:
        if group.id not in port.security_groups:
            change = PortChange(security_groups=(*port.security_groups, group.id))
            networking(request).ports.update(port.id, change)


def remove(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    group = _named(request, server, str(request.member("removeSecurityGroup")["name"]))
    having = [port for port in ports_of(request, server) if group.id in port.security_groups]
    if not having:
        raise NotFound(f"Security group {group.name} not associated with the instance {server.uuid}", group=group.id)
    for port in having:
        kept = tuple(other for other in port.security_groups if other != group.id)
        networking(request).ports.update(port.id, PortChange(security_groups=kept))
