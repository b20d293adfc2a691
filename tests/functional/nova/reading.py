"""What is looked at: every view at many microversions, by several people; every filter; what is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from tests.functional.nova.asking import NOTHING, Ask, Step
from tests.functional.nova_routes import CURRENT, ROWS

VERSIONS = ("2.1", "2.26", "2.37", "2.53", "2.57", "2.64", "2.75", "2.90", "2.96", "2.104")
_S = "/servers/{full}"
_ALL = tuple(f"2.{minor}" for minor in range(1, 105))

# At which microversions a view changes, and just before.
_SERVER = ("2.1", "2.2", "2.3", "2.8", "2.9", "2.15", "2.16", "2.18", "2.19", "2.25", "2.26", "2.46", "2.47", "2.62",
           "2.63", "2.68", "2.69", "2.70", "2.71", "2.72", "2.73", "2.74", "2.75", "2.89", "2.90", "2.95", "2.96",
           "2.97", "2.98", "2.99", "2.100",
           "2.101", "2.104")
_FLAVOR = ("2.1", "2.54", "2.55", "2.60", "2.61", "2.74", "2.75", "2.101", "2.102", "2.104")
VIEWS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("/servers/{full}", _SERVER, ("member", "admin")),
    ("/servers/{full}", ("2.1", "2.104"), ("reader", "stranger", "manager", "nobody")),
    ("/servers/detail", (
        "2.1", "2.26", "2.47", "2.63", "2.69", "2.73", "2.75", "2.90", "2.96", "2.98", "2.100", "2.104"
    ),
     ("member",)),
    ("/servers/detail?all_tenants=1", ("2.1", "2.16", "2.90", "2.104"), ("admin",)),
    ("/servers", ("2.1", "2.69", "2.104"), ("member", "reader", "stranger", "nobody")),
    *((f"/servers/{{{name}}}", ("2.1", "2.73", "2.104"), ("member", "admin"))
      for name in ("paused", "suspended", "stopped", "rescued", "offloaded", "resized", "broken", "locked", "plain")),
    (_S + "/ips", ("2.1", "2.104"), ("member", "reader", "stranger")),
    (_S + "/ips/private", ("2.1", "2.104"), ("member",)),
    (_S + "/ips/none", ("2.1", "2.104"), ("member",)),
    (_S + "/metadata", ("2.1", "2.104"), ("member", "reader", "stranger")),
    (_S + "/metadata/a", ("2.1", "2.104"), ("member", "stranger")),
    (_S + "/metadata/none", ("2.1", "2.104"), ("member",)),
    (_S + "/tags", ("2.25", "2.26", "2.104"), ("member", "stranger")),
    (_S + "/tags/one", ("2.26", "2.104"), ("member", "stranger")),
    (_S + "/tags/none", ("2.26", "2.104"), ("member",)),
    (_S + "/os-interface", ("2.1", "2.69", "2.70", "2.104"), ("member", "reader", "stranger")),
    (_S + "/os-interface/{port}", ("2.1", "2.69", "2.70", "2.104"), ("member", "stranger")),
    ("/servers/{plain}/os-interface", ("2.1", "2.70"), ("member",)),
    ("/servers/{plain}/os-interface/{port}", ("2.1", "2.70"), ("member",)),
    (_S + "/os-security-groups", ("2.1", "2.104"), ("member", "reader", "stranger")),
    ("/servers/{plain}/os-security-groups", ("2.1",), ("member",)),
    (_S + "/os-volume_attachments", ("2.1", "2.70", "2.79", "2.89", "2.104"), ("member", "stranger")),
    (_S + "/os-server-password", ("2.1", "2.104"), ("member", "reader", "stranger")),
    (_S + "/diagnostics", ("2.1", "2.47", "2.48", "2.104"), ("admin", "member")),
    (_S + "/topology", ("2.77", "2.78", "2.104"), ("admin", "member")),
    (_S + "/migrations", ("2.22", "2.23", "2.59", "2.80", "2.104"), ("admin", "member")),
    ("/servers/{resized}/migrations", ("2.23", "2.104"), ("admin",)),
    (_S + "/shares", ("2.96", "2.97", "2.104"), ("member",)),
    (_S + "/os-instance-actions", ("2.1", "2.20", "2.21", "2.57", "2.58", "2.65", "2.66", "2.104"),
     ("member", "admin", "reader", "stranger")),
    (_S + "/os-instance-actions/{full_request}",
     ("2.1", "2.50", "2.51", "2.57", "2.58", "2.61", "2.62", "2.83", "2.84", "2.104"),
     ("member", "admin", "reader")),
    ("/servers/{broken}/os-instance-actions", ("2.1", "2.104"), ("member",)),
    ("/servers/{resized}/os-instance-actions", ("2.104",), ("member",)),
    ("/servers/{offloaded}/os-instance-actions", ("2.104",), ("member",)),
    ("/flavors", ("2.1", "2.54", "2.55", "2.104"), ("member", "admin", "reader", "nobody")),
    ("/flavors/detail", _FLAVOR, ("member", "admin")),
    ("/flavors/f2", _FLAVOR, ("member", "admin")),
    ("/flavors/private", ("2.1", "2.104"), ("member", "admin", "stranger")),
    ("/flavors/detail", ("2.1",), ("stranger",)),
    ("/flavors/f2/os-extra_specs", ("2.1", "2.104"), ("member", "admin", "nobody")),
    ("/flavors/f2/os-extra_specs/hw:mem_page_size", ("2.1", "2.104"), ("member",)),
    ("/flavors/f2/os-extra_specs/none", ("2.1", "2.104"), ("member",)),
    ("/flavors/private/os-flavor-access", ("2.1", "2.104"), ("admin", "member")),
    ("/flavors/f1/os-flavor-access", ("2.1", "2.104"), ("admin",)),
    ("/os-keypairs", ("2.1", "2.2", "2.9", "2.10", "2.34", "2.35", "2.104"), ("member", "admin", "reader")),
    ("/os-keypairs/mine", ("2.1", "2.2", "2.10", "2.91", "2.92", "2.104"), ("member", "stranger")),
    ("/os-keypairs?user_id={user_of_member}", ("2.9", "2.10", "2.104"), ("member", "admin", "stranger")),
    ("/os-keypairs/mine?user_id={user_of_member}", ("2.9", "2.10", "2.104"), ("member", "admin", "stranger")),
    ("/os-server-groups", ("2.1", "2.12", "2.13", "2.63", "2.64", "2.104"), ("member", "admin", "reader", "stranger")),
    ("/os-server-groups/{group}", ("2.1", "2.12", "2.13", "2.63", "2.64", "2.104"), ("member", "stranger", "admin")),
    ("/os-server-groups?all_projects=1", ("2.1", "2.104"), ("admin", "member")),
    ("/os-aggregates", ("2.1", "2.40", "2.41", "2.104"), ("admin", "member")),
    ("/os-aggregates/{aggregate}", ("2.1", "2.40", "2.41", "2.104"), ("admin", "member")),
    ("/os-availability-zone", ("2.1", "2.104"), ("member", "nobody")),
    ("/os-availability-zone/detail", ("2.1", "2.104"), ("admin", "member")),
    ("/os-hypervisors", ("2.1", "2.27", "2.28", "2.32", "2.33", "2.52", "2.53", "2.87", "2.88", "2.104"),
     ("admin", "member")),
    ("/os-hypervisors/detail", (
        "2.1", "2.27", "2.28", "2.32", "2.33", "2.52", "2.53", "2.74", "2.75", "2.87", "2.88", "2.104"
    ), ("admin",)),
    ("/os-hypervisors/{hypervisor}", ("2.53", "2.74", "2.75", "2.87", "2.88", "2.104"), ("admin", "member")),
    ("/os-hypervisors/{hypervisor}/uptime", ("2.53", "2.87", "2.88"), ("admin",)),
    ("/os-hypervisors/{hypervisor}?with_servers=true", ("2.52", "2.53", "2.74", "2.75", "2.88"), ("admin",)),
    ("/os-hypervisors/{hypervisor}?with_servers=x", ("2.53",), ("admin",)),
    ("/os-hypervisors?with_servers=true", ("2.52", "2.53", "2.74", "2.75", "2.104"), ("admin",)),
    ("/os-hypervisors?hypervisor_hostname_pattern=fake", ("2.52", "2.53", "2.104"), ("admin",)),
    ("/os-hypervisors?hypervisor_hostname_pattern=none", ("2.52", "2.53", "2.104"), ("admin",)),
    ("/os-hypervisors/detail?hypervisor_hostname_pattern=fake1&with_servers=1", ("2.53", "2.104"), ("admin",)),
    ("/os-hypervisors/statistics", ("2.1", "2.87", "2.88"), ("admin", "member")),
    ("/os-hypervisors/fake/search", ("2.1", "2.52", "2.53"), ("admin",)),
    ("/os-hypervisors/none/search", ("2.1",), ("admin",)),
    ("/os-hypervisors/fake/servers", ("2.1", "2.52", "2.53"), ("admin",)),
    ("/os-hypervisors/none/servers", ("2.1",), ("admin",)),
    ("/os-services", ("2.1", "2.10", "2.11", "2.52", "2.53", "2.68", "2.69", "2.104"), ("admin", "member")),
    ("/os-services?binary=nova-compute", ("2.1", "2.11", "2.53", "2.104"), ("admin",)),
    ("/os-services?host=fake1&binary=nova-compute", ("2.1", "2.53", "2.104"), ("admin",)),
    ("/os-services?host=none", ("2.1", "2.53"), ("admin",)),
    ("/os-hosts", ("2.1", "2.42", "2.43"), ("admin", "member")),
    ("/os-hosts?zone=nova", ("2.1",), ("admin",)),
    ("/os-hosts?service=compute", ("2.1",), ("admin",)),
    ("/os-hosts/fake1", ("2.1", "2.42", "2.43"), ("admin", "member")),
    ("/os-hosts/none", ("2.1",), ("admin",)),
    ("/os-hosts/fake1/reboot", ("2.1", "2.43"), ("admin",)),
    ("/os-hosts/fake1/startup", ("2.1",), ("admin",)),
    ("/os-hosts/fake1/shutdown", ("2.1",), ("admin",)),
    ("/limits", ("2.1", "2.35", "2.36", "2.38", "2.39", "2.56", "2.57", "2.104"),
     ("member", "admin", "nobody", "reader")),
    ("/limits?tenant_id={project}", ("2.1", "2.104"), ("admin", "member")),
    ("/limits?reserved=1", ("2.1", "2.104"), ("member",)),
    ("/os-quota-sets/{project}", ("2.1", "2.35", "2.36", "2.50", "2.56", "2.57", "2.104"),
     ("member", "admin", "stranger")),
    ("/os-quota-sets/{project}/detail", ("2.1", "2.36", "2.57", "2.104"), ("admin", "member", "stranger")),
    ("/os-quota-sets/{project}/defaults", ("2.1", "2.36", "2.57", "2.104"), ("member", "stranger")),
    ("/os-quota-sets/{project}?user_id={user_of_member}", ("2.1", "2.104"), ("admin", "member")),
    ("/os-quota-sets/none", ("2.1", "2.104"), ("admin",)),
    ("/os-quota-class-sets/default", ("2.1", "2.49", "2.50", "2.56", "2.57", "2.104"), ("admin", "member")),
    ("/os-quota-class-sets/none", ("2.1", "2.50", "2.104"), ("admin",)),
    ("/os-simple-tenant-usage", ("2.1", "2.39", "2.40", "2.104"), ("admin", "member")),
    ("/os-simple-tenant-usage?detailed=1", ("2.1", "2.40"), ("admin",)),
    ("/os-simple-tenant-usage?start=x", ("2.1", "2.40"), ("admin",)),
    ("/os-simple-tenant-usage?start=2026-01-02T00:00:00&end=2026-01-01T00:00:00", ("2.1", "2.40"), ("admin",)),
    ("/os-simple-tenant-usage/{project}", ("2.1", "2.39", "2.40", "2.104"), ("admin", "member", "stranger")),
    ("/os-simple-tenant-usage/none", ("2.1", "2.104"), ("admin",)),
    ("/os-migrations", ("2.1", "2.22", "2.23", "2.58", "2.59", "2.65", "2.66", "2.79", "2.80", "2.104"),
     ("admin", "member")),
    ("/os-migrations?status=finished", ("2.1", "2.59"), ("admin",)),
    ("/os-migrations?instance_uuid={resized}", ("2.1", "2.23", "2.80", "2.104"), ("admin",)),
    ("/os-instance_usage_audit_log", ("2.1", "2.104"), ("admin", "member")),
    ("/os-instance_usage_audit_log/2026-01-01", ("2.1",), ("admin",)),
    ("/os-instance_usage_audit_log/x", ("2.1",), ("admin",)),
    ("/extensions", ("2.1", "2.104"), ("member",)),
    ("/extensions/os-keypairs", ("2.1", "2.104"), ("member",)),
    ("/extensions/none", ("2.1", "2.104"), ("member",)),
    ("/versions/v2.1", ("2.1", "2.104"), ("member",)),
    ("/versions/v2.0", ("2.1",), ("member",)),
    ("/versions/none", ("2.1",), ("member",)),
    ("/", ("2.1", "2.104"), ("member", "nobody")),
    ("/os-console-auth-tokens/none", ("2.1", "2.30", "2.31", "2.99"), ("admin", "member")),
    ("/images", ("2.1", "2.35", "2.36"), ("member",)),
    ("/images/detail", ("2.1", "2.35", "2.36"), ("member",)),
    ("/images/{image}", ("2.1", "2.35", "2.36"), ("member",)),
    ("/images/{image}/metadata", ("2.1", "2.38", "2.39"), ("member",)),
    ("/images/{image}/metadata/none", ("2.1", "2.38", "2.39"), ("member",)),
    ("/os-networks", ("2.1", "2.35", "2.36"), ("admin", "member")),
    ("/os-networks/{network}", ("2.1", "2.35", "2.36"), ("admin", "member")),
    ("/os-tenant-networks", ("2.1", "2.35", "2.36"), ("member",)),
    ("/os-tenant-networks/{network}", ("2.1", "2.36"), ("member",)),
    ("/os-floating-ip-pools", ("2.1", "2.35", "2.36"), ("member",)),
    ("/os-floating-ips", ("2.1", "2.35", "2.36"), ("member",)),
    ("/os-security-groups", ("2.1", "2.35", "2.36"), ("member",)),
    ("/os-baremetal-nodes", ("2.1", "2.36"), ("admin",)),
    ("/os-volumes", ("2.36",), ("member",)),
    ("/os-snapshots", ("2.36",), ("member",)),
)


def views() -> Iterator[Step]:
    """What is there, at the microversions that change it."""
    yield Ask("GET /os-hypervisors", at="2.53", who="admin", keep="hypervisor=hypervisors.0.id")
    for path, versions, people in VIEWS:
        for version in versions:
            for who in people:
                yield Ask(f"GET {path}", at=version, who=who)


_FILTERS = (
    "name=full", "name=^pl", "name=[", "name=%", "status=ACTIVE", "status=active", "status=nonsense", "status=DELETED",
    "status=SHUTOFF&status=PAUSED",
    "vm_state=active", "vm_state=nonsense", "task_state=none", "power_state=1", "power_state=x", "image={image}",
    "image={nobody}", "flavor=f2", "flavor=none", "ip=10.1", "ip=[", "ip6=fe80", "ip=10.1.0.3&ip6=x", "host=fake1",
    "node=fake1", "hostname=full", "key_name=mine",
    "user_id={user_of_member}", "project_id={project}", "tenant_id={project}", "tenant_id={strangers_project}",
    "all_tenants", "all_tenants=1", "all_tenants=0", "all_tenants=x", "all_tenants=1&tenant_id={project}", "deleted=1",
    "deleted=x", "deleted=0", "soft_deleted=1",
    "reservation_id=r-none", "uuid={full}", "uuid=x", "availability_zone=nova", "availability_zone=zone",
    "config_drive=true", "config_drive=", "config_drive=x", "locked=true", "locked=x", "locked_by=owner", "progress=0",
    "progress=x",
    "launch_index=0", "launch_index=x", "tags=one", "tags=one,two", "tags-any=one,none", "not-tags=one",
    "not-tags-any=one,two", "tags=", "description=a server", "display_name=full", "display_description=x",
    "access_ip_v4=192.0.2.1",
    "access_ip_v6=2001:db8::1", "image_ref={image}", "kernel_id=x", "ramdisk_id=x", "root_device_name=/dev/vda",
    "auto_disk_config=true", "auto_disk_config=x", "metadata={}", "metadata={\"a\":\"b\"}", "metadata=x",
    "system_metadata=x",
    "changes-since=2020-01-01T00:00:00Z", "changes-since=2020-01-01", "changes-since=x", "changes-since=",
    "changes-before=2020-01-01T00:00:00Z", "changes-before=x",
    "changes-since=2021-01-01T00:00:00Z&changes-before=2020-01-01T00:00:00Z",
    "created_at=2020-01-01T00:00:00Z", "created_at=x", "launched_at=2020-01-01T00:00:00Z", "launched_at=x",
    "terminated_at=2020-01-01T00:00:00Z", "terminated_at=x", "terminated_at=", "limit=1", "limit=0", "limit=-1",
    "limit=x", "limit=2147483648",
    "limit=", "limit=1&limit=2", "marker={full}", "marker={nobody}", "marker=x", "marker=", "sort_key=display_name",
    "sort_key=uuid&sort_dir=asc", "sort_key=nonsense", "sort_key=", "sort_dir=up", "sort_dir=asc",
    "sort_dir=asc&sort_dir=desc",
    "sort_key=host", "sort_key=node", "sort_key=image_ref", "sort_key=locked", "sort_key=id", "sort_key=name",
    "sort_key=security_groups",
    "sort_key=uuid&sort_key=display_name&sort_dir=asc", "unknown=x", "info_cache=x", "services=x", "security_groups=x",
    "block_device_mapping=x", "pci_devices=x", "name=full&name=plain", "page_size=1", "offset=1",
    "limit=1&status=SHUTOFF", "shutdown_terminate=1",
    "cleaned=1", "hidden=1", "created_at=2020-01-01T00:00:00Z&created_at=2020", "flavor=", "image=", "status=",
    "vm_state=", "task_state=", "host=",
    "power_state=", "power_state=99", "key_name=", "user_id=", "uuid=", "name=", "ip=", "reservation_id=",
)


def filters() -> Iterator[Step]:
    """Every filter of listings of servers."""
    for text in _FILTERS:
        query = "&".join(
            "=".join(
                part if "{" in part and "}" in part and ":" not in part else quote(part) for part in pair.split("=", 1)
            )
            for pair in text.split("&")
        )
        for who in ("member", "admin"):
            for version in ("2.1", "2.104"):
                yield Ask(f"GET /servers?{query}", at=version, who=who)
        if "=" in text and text.partition("=")[0] in ("changes-before", "locked", "tags", "tags-any", "limit", "status",
                                                      "ip6", "created_at",
                                                     "power_state"):
            for version in ("2.4", "2.5", "2.25", "2.26", "2.37", "2.38", "2.65", "2.66", "2.72", "2.73", "2.74",
                            "2.75", "2.82", "2.83"):
                yield Ask(f"GET /servers?{query}", at=version)
        yield Ask(
            f"GET /servers/detail?{query}&limit=1" if "limit" not in text else f"GET /servers/detail?{query}", at="2.90"
        )


_LISTINGS = {
    "/flavors": ("2.1", "2.74", "2.75", "2.102"), "/flavors/detail": ("2.1", "2.104"),
    "/os-keypairs": ("2.1", "2.34", "2.35", "2.75", "2.104"),
    "/os-server-groups": ("2.1", "2.75", "2.104"), "/os-hypervisors": ("2.1", "2.33", "2.53", "2.104"),
    "/os-hypervisors/detail": ("2.33", "2.104"), "/os-services": ("2.1", "2.75", "2.104"),
    "/os-aggregates": ("2.1", "2.75", "2.104"),
    "/os-migrations": ("2.1", "2.58", "2.59", "2.66", "2.80", "2.104"),
    "/servers/{full}/os-instance-actions": ("2.1", "2.57", "2.58", "2.66", "2.104"),
    "/os-simple-tenant-usage": ("2.1", "2.40", "2.75", "2.104"),
    "/os-simple-tenant-usage/{project}": ("2.1", "2.40", "2.104"),
    "/os-availability-zone": ("2.1", "2.104"), "/limits": ("2.1", "2.75", "2.104"),
    "/os-quota-sets/{project}": ("2.1", "2.75", "2.104"),
    "/servers/{full}": ("2.1", "2.75", "2.104"), "/flavors/f1": ("2.1", "2.75", "2.104"),
    "/servers/{full}/os-volume_attachments": ("2.1", "2.75", "2.104"),
    "/servers/{full}/os-interface": ("2.1", "2.75", "2.104"),
    "/servers/{full}/metadata": ("2.1", "2.75", "2.104"), "/servers/{full}/migrations": ("2.23", "2.104"),
    "/servers/{full}/diagnostics": ("2.1", "2.104"), "/servers/{full}/ips": ("2.1", "2.104"), "/images": ("2.1",),
    "/servers/{full}/tags": ("2.26", "2.104"), "/os-keypairs/mine": ("2.1", "2.75", "2.104"),
    "/extensions": ("2.1", "2.104"),
    "/os-security-groups": ("2.1",), "/os-networks": ("2.1",), "/os-floating-ips": ("2.1",), "/os-hosts": ("2.1",),
}
_QUERIES = ("limit=1", "limit=0", "limit=-1", "limit=x", "limit=", "marker=none", "marker={nobody}", "unknown=x",
            "sort_key=id", "sort_key=x", "sort_dir=x",
            "limit=1&limit=2", "offset=1", "offset=x")
_MORE = {
    "/flavors": ("is_public=None", "is_public=x", "is_public=false", "minRam=100", "minRam=x", "minDisk=2", "minDisk=x",
                 "minRam=-1", "sort_key=memory_mb&sort_dir=desc",
                 "marker=f1", "sort_key=flavorid", "sort_key=name", "name=large", "name=[", "sort_key=vcpus",
                 "sort_key=rxtx_factor", "sort_key=extra_specs"),
    "/os-migrations": ("hidden=0", "host=fake1", "migration_type=resize", "migration_type=x", "source_compute=fake1",
                       "changes-since=x",
                       "changes-since=2020-01-01T00:00:00Z", "changes-before=x", "user_id={user_of_member}",
                       "project_id={project}", "instance_uuid=x", "status=x", "hidden=x"),
    "/servers/{full}/os-instance-actions": ("changes-since=2020-01-01T00:00:00Z", "changes-since=x",
                                            "changes-before=x"),
    "/os-hypervisors": ("with_servers=1", "hypervisor_hostname_pattern=", "marker={hypervisor}"),
    "/os-server-groups": ("all_projects=x", "limit=1&offset=0"),
    "/os-simple-tenant-usage": ("start=2026-01-01", "end=x", "detailed=x",
                                "start=2026-01-01T00:00:00&end=2026-12-01T00:00:00",
                                "start=2026-01-01 00:00:00.000000"),
    "/os-services": ("binary=x", "disabled=1"),
    "/os-keypairs": ("user_id=x", "marker=mine"),
    "/os-availability-zone": (), "/images": ("name=image", "status=ACTIVE", "limit=1", "server=x", "minDisk=0"),
}


def listings() -> Iterator[Step]:
    """Pages, orders and filters of the other listings, and words that they do not know."""
    for path, versions in _LISTINGS.items():
        for query in (*_QUERIES, *_MORE.get(path, ())):
            for version in versions:
                yield Ask(f"GET {path}?{query}", at=version, who="admin")


_OF_VOLUMES = ("/os-volumes", "/os-snapshots")
_OTHERS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")


def strangers() -> Iterator[Step]:
    """Every route: about what is not there, by everybody; with methods that it has not; outside its versions."""
    seen = set()
    for row in ROWS:
        if (row.method, row.path, row.action) in seen or row.path.startswith(_OF_VOLUMES):
            continue
        seen.add((row.method, row.path, row.action))
        empty: object = {row.action: None} if row.action else {}
        body = empty if row.method in ("POST", "PUT") else NOTHING
        last = row.until or "2.104"
        for at in dict.fromkeys((row.since, last)):
            for who in ("admin", "member", "reader", "nobody"):
                if at == last or who == "admin":
                    yield Ask(f"{row.method} {re.sub(r'{[^}]*}', '{nobody}', row.path)}", body, at, who)
            if "{" in row.path and at == last and not row.gone:
                yield Ask(f"{row.method} {re.sub(r'{[^}]*}', 'x', row.path)}", body, at, "admin")
        for outside in _outside(row.since, last):
            yield Ask(f"{row.method} {re.sub(r'{[^}]*}', '{nobody}', row.path)}", body, outside, "admin")
    for path in dict.fromkeys(row.path for row in CURRENT):
        if path.startswith(_OF_VOLUMES):
            continue
        for method in set(_OTHERS) - {row.method for row in CURRENT if row.path == path}:
            if not (method == "HEAD" and any(row.path == path and row.method == "GET" for row in CURRENT)):
                yield Ask(f"{method} {re.sub(r'{[^}]*}', '{nobody}', path)}", at="2.1", who="admin")


def _outside(since: str, until: str) -> Iterator[str]:
    first, last = int(since.split(".")[1]), int(until.split(".")[1])
    if first > 1:
        yield f"2.{first - 1}"
    if last < 104:
        yield f"2.{last + 1}"


_BAD = ("2.0", "2.105", "2.999", "3.0", "1.1", "2", "2.", ".1", "x", "2.01", "2.1.1", "-2.1", "2.-1", "latest",
        "LATEST", "", "\u0662.1", "2.1,2.2",
        "99999.1", "2.99999")


def microversions() -> Iterator[Step]:
    """Versions asked for in every wrong way, and the documents that tell them."""
    for version in _BAD:
        for header in ("X-OpenStack-Nova-API-Version", "OpenStack-API-Version"):
            value = version if header.startswith("X") else f"compute {version}"
            if value.isascii():
                yield Ask("GET /flavors", at="", more={header: value})
    for value in ("compute", "compute2.1", "compute  2.5", "COMPUTE 2.5", "volume 3.0", "volume 3.0, compute 2.5",
                  "compute 2.5, compute 2.6", "identity 2.5"):
        yield Ask("GET /flavors", at="", more={"OpenStack-API-Version": value})
    yield Ask(
        "GET /flavors", at="", more={"OpenStack-API-Version": "compute 2.5", "X-OpenStack-Nova-API-Version": "2.6"}
    )
    for path in ("/..", "/../", "/../v2.1", "/../v2", "/../v2.1/", "/../v9", "/../v2.1/versions",
                 "/../v2.1/{project}/flavors", "/../v2.1/{strangers_project}/flavors",
                 "/../v2.1/{nobody}/flavors", "/../v2/{project}/flavors", "/../v2/flavors", "/../v2/servers?unknown=x",
                 "/../nothing", "/nothing", "/servers/", "/servers//",
                 "//servers", "/servers/{full}/", "/servers.json", "/servers/{full}.json", "/flavors/f1/",
                 "/flavors/detail/", "/os-keypairs/%2F", "/os-keypairs/%00",
                 "/servers/%ff", "/servers/{full}/metadata/%C3%BC", "/SERVERS", "/v2.1/servers"):
        for who in ("member", "nobody"):
            yield Ask(f"GET {path}", at="2.1", who=who)
            yield Ask(f"GET {path}", at="", who=who)
    for kind in ("text/plain", "application/xml", "application/json; charset=utf-8", "",
                 "application/x-www-form-urlencoded", "application/vnd.openstack.compute+json"):
        yield Ask("POST /os-server-groups", {"server_group": {}}, "2.1", more={"Content-Type": kind})
    for kind in ("text/plain", "application/xml", "*/*", "text/html", "application/vnd.openstack.compute+json"):
        yield Ask("GET /flavors", at="2.1", more={"Accept": kind})
    for text in ("[]", "null", "7", "\"x\"", "{\"a\": 1, \"a\": 2}", "{} {}", "\ufeff{}",
                 "{\"server_group\": {\"name\": \"\\ud800\", \"policies\": [\"affinity\"]}}", "{'a': 1}", "NaN",
                 "{\"a\": NaN}"):
        yield Ask("POST /os-server-groups", text=text, at="2.1")
        yield Ask("POST /servers/{nobody}/action", text=text, at="2.1")
    yield Ask("POST /servers/{nobody}/action", {"pause": None, "unpause": None}, "2.1")
    yield Ask("POST /servers/{nobody}/action", {"nothing": None}, "2.1")
    yield Ask("POST /servers/{full}/action", {"nothing": None}, "2.1")
