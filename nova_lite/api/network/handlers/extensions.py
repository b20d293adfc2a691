"""What beyond Neutron's core is there, and the two listings that clients ask for besides."""

from __future__ import annotations

from nova_lite.api.network.services import NetworkRequest
from nova_lite.api.request import Json
from nova_lite.core.errors import NotFound

_UPDATED = "2016-01-01T00:00:00-00:00"
_EXTENSIONS = {
    "agent": "agent", "allowed-address-pairs": "Allowed Address Pairs", "availability_zone": "Availability Zone",
    "binding": "Port Binding", "external-net": "Neutron external network",
    "ext-gw-mode": "Neutron L3 Configurable external gateway mode", "extra_dhcp_opt": "Neutron Extra DHCP options",
    "extraroute": "Neutron Extra Route", "extraroute-atomic": "Atomically add/remove extra routes",
    "filter-validation": "Filter parameters validation",
    "fip-port-details": "Floating IP Port Details Extension",
    "ip-substring-filtering": "IP address substring filtering",
    "net-mtu": "Network MTU", "net-mtu-writable": "Network MTU (writable)",
    "network_availability_zone": "Network Availability Zone", "pagination": "Pagination support",
    "port-security": "Port Security", "project-id": "project_id field enabled", "provider": "Provider Network",
    "quotas": "Quota management support", "quota_details": "Quota details management support",
    "router": "Neutron L3 Router", "router_availability_zone": "Router Availability Zone",
    "security-group": "security-group", "sorting": "Sorting support",
    "standard-attr-description": "standard-attr-description", "standard-attr-revisions": "Resource revision numbers",
    "standard-attr-tag": "Tag support for resources with standard attribute",
    "standard-attr-timestamp": "Resource timestamps", "stateful-security-group": "Stateful security group",
    "tag": "Tag support for networks",
    "subnet_allocation": "Subnet Allocation", "subnet-service-types": "Subnet service types",
}


def _view(alias: str) -> dict[str, object]:
    name = _EXTENSIONS[alias]
    return {"alias": alias, "name": name, "description": name, "updated": _UPDATED, "links": []}


def index(request: NetworkRequest) -> Json:
    return {"extensions": [_view(alias) for alias in _EXTENSIONS]}


def show(request: NetworkRequest) -> Json:
    alias = request.path["alias"]
    if alias not in _EXTENSIONS:
        raise NotFound(f"Extension with alias {alias} does not exist", alias=alias, type="ExtensionNotFound")
    return {"extension": _view(alias)}


def availability_zones(request: NetworkRequest) -> Json:
    """There is one, for networks and for routers."""
    return {"availability_zones": [
        {"name": "nova", "resource": resource, "state": "available"} for resource in ("network", "router")
    ]}


def agents(request: NetworkRequest) -> Json:
    """Hosts have no agents of their own for the network. Who may not see agents gets an empty list from Neutron too."""
    return {"agents": []}


def service_providers(request: NetworkRequest) -> Json:
    return {"service_providers": []}
