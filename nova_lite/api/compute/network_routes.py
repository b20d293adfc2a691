"""The part of the map about networks: proxies of old clients, and the security groups of servers."""

from __future__ import annotations

from nova_lite.api.compute.handlers import fixed_ips, network_proxies, security_groups
from nova_lite.api.compute.policies import networks as rules
from nova_lite.api.compute.schemas import networks as schemas
from nova_lite.api.compute.schemas.types import NO_QUERY
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.microversions import v
from nova_lite.api.routing import Handler, Route
from nova_lite.api.validation import Schema

R = Route[ComputeServices]
H = Handler[ComputeServices]

_LAST, _LAST_ACTIONS = v("2.35"), v("2.43")
_GROUP, _FLOATING = "/os-security-groups/{security_group_id}", "/os-floating-ips/{floating_ip_id}"


def _get(path: str, handler: H, rule: str, query: Schema | None = None, *, late: bool = False) -> R:
    return Route(method="GET", path=path, handler=handler, rule=rule, query=query, late=late, until=_LAST)


def _change(method: str, path: str, handler: H, rule: str, body: Schema | None = None) -> R:
    status = 202 if method == "DELETE" else 200
    return Route(method=method, path=path, handler=handler, rule=rule, late="{" in path, body=body, success=status,
                 until=_LAST)


def _action(name: str, handler: H, rule: str, body: Schema, *, retired: bool = False) -> R:
    return Route(method="POST", path="/servers/{server_id}/action", action=name, handler=handler, rule=rule, late=True,
                 body=body, success=202, until=_LAST_ACTIONS if retired else None)


PROXIES: tuple[R, ...] = (
    _get("/os-networks", network_proxies.networks, rules.NETWORKS_LIST),
    _get("/os-networks/{id}", network_proxies.network, rules.NETWORKS_SHOW),
    _get("/os-tenant-networks", network_proxies.tenant_networks, rules.TENANT_LIST),
    _get("/os-tenant-networks/{id}", network_proxies.tenant_network, rules.TENANT_SHOW),
    _get("/os-floating-ip-pools", network_proxies.pools, rules.POOLS),
    _get("/os-floating-ips", network_proxies.floating_ips, rules.FLOATING_LIST),
    _change("POST", "/os-floating-ips", network_proxies.allocate, rules.FLOATING_CREATE, schemas.FLOATING),
    _get(_FLOATING, network_proxies.floating_ip, rules.FLOATING_SHOW, late=True),
    _change("DELETE", _FLOATING, network_proxies.release, rules.FLOATING_DELETE),
    _get("/os-security-groups", security_groups.index, rules.GROUPS_GET, schemas.GROUPS_QUERY),
    _change("POST", "/os-security-groups", security_groups.create, rules.GROUPS_CREATE, schemas.GROUP),
    _get(_GROUP, security_groups.show, rules.GROUPS_SHOW, late=True),
    _change("PUT", _GROUP, security_groups.update, rules.GROUPS_UPDATE, schemas.GROUP),
    _change("DELETE", _GROUP, security_groups.delete, rules.GROUPS_DELETE),
    Route(method="POST", path="/os-security-group-rules", handler=security_groups.create_rule, rule=rules.RULE_CREATE,
          late=True, body=schemas.RULE, until=_LAST),
    _change("DELETE", "/os-security-group-rules/{rule_id}", security_groups.delete_rule, rules.RULE_DELETE),
)

SERVERS: tuple[R, ...] = (
    Route(method="GET", path="/servers/{server_id}/os-security-groups", handler=security_groups.of_server,
          rule=rules.GROUPS_LIST, late=True, query=NO_QUERY),
    _action("addSecurityGroup", security_groups.add, rules.GROUPS_ADD, schemas.ADD_GROUP),
    _action("removeSecurityGroup", security_groups.remove, rules.GROUPS_REMOVE, schemas.REMOVE_GROUP),
    _action("addFixedIp", fixed_ips.add, rules.FIXED_ADD, schemas.ADD_FIXED, retired=True),
    _action("removeFixedIp", fixed_ips.remove, rules.FIXED_REMOVE, schemas.REMOVE_FIXED, retired=True),
    _action("addFloatingIp", network_proxies.associate, rules.FLOATING_ADD, schemas.ADD_FLOATING, retired=True),
    _action("removeFloatingIp", network_proxies.disassociate, rules.FLOATING_REMOVE, schemas.REMOVE_FLOATING,
            retired=True),
)

ROUTES: tuple[R, ...] = (*PROXIES, *SERVERS)
