"""The list of extensions: what API extensions once were, as a few old clients still ask."""

from __future__ import annotations

from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import NotFound

_NAMES = {
    "os-availability-zone": "AvailabilityZone",
    "os-console-output": "ConsoleOutput",
    "os-consoles": "Consoles",
    "os-extended-server-attributes": "ExtendedServerAttributes",
    "os-flavor-access": "FlavorAccess",
    "os-flavor-extra-specs": "FlavorExtraSpecs",
    "os-flavor-manage": "FlavorManage",
    "os-hosts": "Hosts",
    "os-hypervisors": "Hypervisors",
    "os-instance-actions": "InstanceActions",
    "os-keypairs": "Keypairs",
    "os-lock-server": "LockServer",
    "os-pause-server": "PauseServer",
    "os-quota-sets": "Quotas",
    "os-services": "Services",
    "server-metadata": "ServerMetadata",
    "servers": "Servers",
}


def _extension(alias: str) -> dict[str, object]:
    return {
        "alias": alias, "name": _NAMES[alias], "description": f"{_NAMES[alias]} support.", "links": [],
        "namespace": "http://docs.openstack.org/compute/ext/fake_xml", "updated": "2014-12-03T00:00:00Z",
    }


def index(request: Request[ComputeServices]) -> Json:
    return {"extensions": [_extension(alias) for alias in _NAMES]}


def show(request: Request[ComputeServices]) -> Json:
    alias = request.path["alias"]
    if alias not in _NAMES:
        raise NotFound(f"No extension {alias} is known.", alias=alias)
    return {"extension": _extension(alias)}
