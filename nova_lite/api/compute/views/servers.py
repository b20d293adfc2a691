"""Servers as the API shows them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence

from nova_lite.api.compute.statuses import FAULTY, PROGRESSING, status_of
from nova_lite.api.compute.views.addresses import Floating, by_network
from nova_lite.api.compute.views.links import bookmark, links, next_page
from nova_lite.api.compute.views.table import ABSENT, Field, at, render
from nova_lite.api.microversions import Microversion, v
from nova_lite.core.clock import isoformat, isoformat_micro
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import VmState

ATTRIBUTES = "attributes"  # where it runs and how it is called there: admins
HOST_STATUS = "host_status"
HOST_UNKNOWN = "host_unknown"  # the host's status, when that is UNKNOWN
EXTRA_SPECS = "extra_specs"
FULL = "full"  # what an answer to a change had not before 2.75
ONE = "one"  # what a listing has not

ROOT_DEVICE = "/dev/vda"


@dataclasses.dataclass(frozen=True)
class HostView:
    """What a server's view tells of its host: ``status`` UP, DOWN, MAINTENANCE or UNKNOWN."""

    hypervisor_hostname: str
    status: str


@dataclasses.dataclass(frozen=True)
class Circumstances:
    """Of one answer: where, in which version, and what the caller may see. ``groups`` are the servers' own,
    ``security_groups`` the names of their ports', None where there is no network service.
    """

    base_url: str
    version: Microversion
    allowed: frozenset[str]
    hosts: Mapping[str, HostView] = dataclasses.field(default_factory=dict)
    groups: Mapping[str, str] = dataclasses.field(default_factory=dict)
    security_groups: Mapping[str, Sequence[str]] | None = None
    floating: Floating = dataclasses.field(default_factory=dict)


def _time(epoch: float | None) -> str | None:
    return None if epoch is None else isoformat_micro(epoch)


def _status(server: Instance, _: Circumstances) -> str:
    return status_of(server.vm_state, server.task_state)


def _host_id(server: Instance, _: Circumstances) -> str:
    # Tells an owner which of its servers share a host, and nothing else.
    if not server.host:
        return ""
    return hashlib.sha224((server.project_id + server.host).encode()).hexdigest()


def _image(server: Instance, c: Circumstances) -> object:
    if server.image is None:
        return ""
    shown: dict[str, object] = {
        "id": server.image.id, "links": [bookmark(c.base_url, f"images/{server.image.id}")],
    }
    if c.version >= v("2.98"):
        shown["properties"] = dict(server.image.properties)
    return shown


def _flavor_link(server: Instance, c: Circumstances) -> object:
    flavorid = server.flavor.flavorid
    return {"id": flavorid, "links": [bookmark(c.base_url, f"flavors/{flavorid}")]}


def _flavor(server: Instance, c: Circumstances) -> object:
    flavor = server.flavor
    shown: dict[str, object] = {
        "vcpus": flavor.vcpus, "ram": flavor.memory_mb, "disk": flavor.root_gb, "ephemeral": flavor.ephemeral_gb,
        "swap": flavor.swap, "original_name": flavor.name,
    }
    if EXTRA_SPECS in c.allowed:
        shown["extra_specs"] = dict(flavor.extra_specs)
    return shown


def _addresses(server: Instance, c: Circumstances) -> object:
    return by_network(server, c.floating, typed=FULL in c.allowed)


def _fault(server: Instance, c: Circumstances) -> object:
    if server.fault is None or _status(server, c) not in FAULTY:
        return ABSENT
    shown: dict[str, object] = {
        "code": server.fault.code, "created": isoformat(server.fault.created), "message": server.fault.message,
    }
    if ATTRIBUTES in c.allowed and server.fault.details:
        shown["details"] = server.fault.details
    return shown


def _progress(server: Instance, c: Circumstances) -> object:
    return server.progress if _status(server, c) in PROGRESSING else ABSENT


def _hypervisor(server: Instance, c: Circumstances) -> str | None:
    if server.host is None:
        return None
    return c.hosts[server.host].hypervisor_hostname if server.host in c.hosts else server.host


def _host_status(server: Instance, c: Circumstances) -> str:
    if not server.host:
        return ""
    return c.hosts[server.host].status if server.host in c.hosts else "UNKNOWN"


def _unknown_host(server: Instance, c: Circumstances) -> object:
    return "UNKNOWN" if _host_status(server, c) == "UNKNOWN" else ABSENT


def _security_groups(server: Instance, c: Circumstances) -> object:
    if c.security_groups is None:
        return [{"name": "default"}] if server.nics else ABSENT
    return [{"name": name} for name in c.security_groups.get(server.uuid, ())] or ABSENT


def _hints(server: Instance, _: Circumstances) -> object:
    return {name: values[0] if len(values) == 1 else values for name, values in server.hints.items()}


_SERVER: tuple[Field[Instance, Circumstances], ...] = (
    Field("id", lambda s, c: s.uuid),
    Field("name", lambda s, c: s.display_name),
    Field("status", _status),
    Field("tenant_id", lambda s, c: s.project_id),
    Field("user_id", lambda s, c: s.user_id),
    Field("metadata", lambda s, c: dict(s.metadata)),
    Field("hostId", _host_id),
    Field("image", _image),
    Field("flavor", _flavor_link, until="2.46"),
    Field("flavor", _flavor, since="2.47"),
    Field("created", lambda s, c: isoformat(s.created_at)),
    Field("updated", lambda s, c: isoformat(s.updated_at)),
    Field("addresses", _addresses),
    Field("accessIPv4", lambda s, c: s.access_ip_v4),
    Field("accessIPv6", lambda s, c: s.access_ip_v6),
    Field("links", lambda s, c: links(c.base_url, f"servers/{s.uuid}")),
    Field("OS-DCF:diskConfig", lambda s, c: s.disk_config),
    Field("progress", _progress),
    Field("fault", _fault),
    Field("locked", lambda s, c: s.locked, since="2.9"),
    Field("description", lambda s, c: s.description, since="2.19"),
    Field("tags", lambda s, c: list(s.tags), since="2.26"),
    Field("trusted_image_certificates", lambda s, c: None, since="2.63"),
    Field("server_groups", lambda s, c: [c.groups[s.uuid]] if s.uuid in c.groups else [], since="2.71", needs=ONE),
    Field("locked_reason", lambda s, c: s.locked_reason, since="2.73"),
    Field("pinned_availability_zone", lambda s, c: s.pinned_zone, since="2.96"),
    Field("scheduler_hints", _hints, since="2.100"),
)

_FULL: tuple[Field[Instance, Circumstances], ...] = (
    Field("OS-EXT-AZ:availability_zone", lambda s, c: s.availability_zone or "", needs=FULL),
    Field("config_drive", lambda s, c: "True" if s.config_drive else "", needs=FULL),
    Field("key_name", lambda s, c: s.key_name, needs=FULL),
    Field("security_groups", _security_groups, needs=FULL),
    Field("os-extended-volumes:volumes_attached", lambda s, c: [], needs=FULL),
    Field("OS-EXT-STS:power_state", lambda s, c: int(s.power_state), needs=FULL),
    Field("OS-EXT-STS:task_state", lambda s, c: s.task_state, needs=FULL),
    Field("OS-EXT-STS:vm_state", lambda s, c: s.vm_state, needs=FULL),
    Field("OS-SRV-USG:launched_at", lambda s, c: _time(s.launched_at), needs=FULL),
    Field("OS-SRV-USG:terminated_at", lambda s, c: _time(s.terminated_at), needs=FULL),
    Field("OS-EXT-SRV-ATTR:hostname", lambda s, c: s.hostname, since="2.90", needs=FULL),
)

_ATTRIBUTES: tuple[Field[Instance, Circumstances], ...] = (
    Field("OS-EXT-SRV-ATTR:host", lambda s, c: s.host),
    Field("OS-EXT-SRV-ATTR:hypervisor_hostname", _hypervisor),
    Field("OS-EXT-SRV-ATTR:instance_name", lambda s, c: s.name),
    Field("OS-EXT-SRV-ATTR:hostname", lambda s, c: s.hostname, since="2.3", until="2.89"),
    Field("OS-EXT-SRV-ATTR:reservation_id", lambda s, c: s.reservation_id, since="2.3"),
    Field("OS-EXT-SRV-ATTR:launch_index", lambda s, c: s.launch_index, since="2.3"),
    Field("OS-EXT-SRV-ATTR:kernel_id", lambda s, c: "", since="2.3"),
    Field("OS-EXT-SRV-ATTR:ramdisk_id", lambda s, c: "", since="2.3"),
    Field("OS-EXT-SRV-ATTR:root_device_name", lambda s, c: ROOT_DEVICE, since="2.3"),
    Field("OS-EXT-SRV-ATTR:user_data", lambda s, c: s.user_data, since="2.3"),
)


def fields(c: Circumstances) -> list[Field[Instance, Circumstances]]:
    """The keys of full answers under these circumstances."""
    chosen = at(_SERVER, c.version, c.allowed) + at(_FULL, c.version, c.allowed)
    if FULL in c.allowed and ATTRIBUTES in c.allowed:
        chosen += at(_ATTRIBUTES, c.version, c.allowed)
    if FULL in c.allowed and c.version >= v("2.16"):
        if HOST_STATUS in c.allowed:
            chosen.append(Field("host_status", _host_status))
        elif HOST_UNKNOWN in c.allowed:
            chosen.append(Field("host_status", _unknown_host))
    return chosen


def show(server: Instance, c: Circumstances) -> dict[str, object]:
    """One server, in full."""
    return {"server": render(fields(c), server, c)}


def detail(servers: Sequence[Instance], c: Circumstances) -> list[dict[str, object]]:
    """Servers of a listing, in full."""
    chosen = fields(c)
    return [render(chosen, server, c) for server in servers]


def brief(servers: Sequence[Instance], c: Circumstances) -> list[dict[str, object]]:
    """Servers of a listing, as little as identifies them."""
    return [
        {"id": server.uuid, "name": server.display_name, "links": links(c.base_url, f"servers/{server.uuid}")}
        for server in servers
    ]


def created(
    server: Instance, password: str | None, c: Circumstances, security_groups: Sequence[str]
) -> dict[str, object]:
    """What the answer to a create tells. ``security_groups`` as were asked for; ``password`` None: nobody knows it."""
    return {
        "server": {
            "id": server.uuid,
            "links": links(c.base_url, f"servers/{server.uuid}"),
            "security_groups": [{"name": name} for name in security_groups or ("default",)],
            "OS-DCF:diskConfig": server.disk_config,
            **({} if password is None else {"adminPass": password}),
        }
    }


def page_links(base_url: str, path: str, query: Mapping[str, Sequence[str]], last: Instance) -> list[dict[str, str]]:
    """The link to the page after ``last``."""
    return next_page(base_url, path, query, last.uuid)


def is_gone(server: Instance) -> bool:
    """Whether the server exists only for those who ask for deleted ones."""
    return server.vm_state is VmState.DELETED
