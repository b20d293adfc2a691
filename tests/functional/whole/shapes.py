"""What answers look like, as a table: a request, and the name of the schema that Tempest holds its answer to.

The schemas are Tempest's own (``tempest.lib.api_schema.response.compute``), a package for each microversion that changed
something.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
from pathlib import Path
from typing import Any

_PACKAGE = "tempest.lib.api_schema.response.compute"
LATEST = (2, 104)
Version = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Shape:
    """``request``: method and path; names in braces, there and in ``body``, are the world's, ``{new}`` a new word.

    ``schema``: ``noun.name``. ``until`` and ``since``: the microversions in which the request is.
    """

    request: str
    schema: str
    body: Any = None
    since: str = "2.1"
    until: str = "2.104"

    @property
    def noun(self) -> str:
        return self.schema.partition(".")[0]

    def versions(self) -> list[Version]:
        """The microversions that matter: the first, the last, and those where the schema changes and just before."""
        first, last = number(self.since), number(self.until)
        starts = [start for start in packages(self.noun) if first < start <= last]
        changes = [start for start in starts if self.at(start) != self.at((start[0], start[1] - 1))]
        return sorted({first, last, *changes, *((major, minor - 1) for major, minor in changes)})

    def at(self, version: Version) -> dict[str, Any]:
        """The schema of a microversion."""
        name = self.schema.partition(".")[2]
        found = [module for start, module in packages(self.noun).items() if start <= version and hasattr(module, name)]
        schema: dict[str, Any] = getattr(found[-1], name)
        return schema


def number(text: str) -> Version:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


@functools.cache
def packages(noun: str) -> dict[Version, Any]:
    """The modules about a noun, by the microversion from which they hold; oldest first."""
    root = Path(importlib.import_module(_PACKAGE).__path__[0])
    found = {}
    for path in root.glob(f"v*/{noun}.py"):
        major, minor = path.parent.name.removeprefix("v").split("_")
        found[int(major), int(minor)] = importlib.import_module(f"{_PACKAGE}.{path.parent.name}.{noun}")
    return dict(sorted(found.items()))


_S = "/servers/{server}"
_FLAVOR = {"name": "{new}", "ram": 64, "vcpus": 1, "disk": 1, "swap": 0}
_SERVER = {"name": "{new}", "imageRef": "{image}", "flavorRef": "42", "networks": "none"}
_OLD_SERVER = {key: value for key, value in _SERVER.items() if key != "networks"}

SHAPES = (
    Shape("GET /servers", "servers.list_servers"),
    Shape("GET /servers?limit=1", "servers.list_servers"),
    Shape("GET /servers/detail", "servers.list_servers_detail"),
    Shape("GET " + _S, "servers.get_server"),
    Shape("POST /servers", "servers.create_server_with_admin_pass", {"server": _OLD_SERVER}, until="2.36"),
    Shape("POST /servers", "servers.create_server_with_admin_pass", {"server": _SERVER}, since="2.37"),
    Shape("PUT " + _S, "servers.update_server", {"server": {"name": "renamed"}}),
    Shape("POST /servers/{server}/action", "servers.rebuild_server_with_admin_pass",
          {"rebuild": {"imageRef": "{image}"}}),
    Shape("GET /servers/{server}/ips", "servers.list_addresses"),
    Shape("GET /servers/{server}/ips/private", "servers.list_addresses_by_network"),
    Shape("GET /servers/{server}/metadata", "servers.list_server_metadata"),
    Shape("PUT /servers/{server}/metadata", "servers.set_server_metadata", {"metadata": {"a": "b"}}),
    Shape("POST /servers/{server}/metadata", "servers.update_server_metadata", {"metadata": {"a": "c"}}),
    Shape("GET /servers/{server}/metadata/a", "servers.set_show_server_metadata_item"),
    Shape("PUT /servers/{server}/metadata/a", "servers.set_show_server_metadata_item", {"meta": {"a": "d"}}),
    Shape("GET /servers/{server}/tags", "servers.list_tags", since="2.26"),
    Shape("PUT /servers/{server}/tags", "servers.update_all_tags", {"tags": ["t"]}, since="2.26"),
    Shape("GET /servers/{server}/tags/t", "servers.check_tag_existence", since="2.26"),
    Shape("PUT /servers/{server}/tags/{new}", "servers.update_tag", since="2.26"),
    Shape("GET /servers/{server}/os-instance-actions", "servers.list_instance_actions"),
    Shape("GET /servers/{server}/os-instance-actions/{request_id}", "servers.show_instance_action"),
    Shape("GET /servers/{server}/diagnostics", "servers.show_server_diagnostics"),
    Shape("GET /servers/{server}/os-server-password", "servers.show_password"),
    Shape("DELETE /servers/{server}/os-server-password", "servers.server_actions_delete_password"),
    Shape("GET /servers/{server}/os-volume_attachments", "servers.list_volume_attachments"),
    Shape("GET /servers/{server}/shares", "servers.list_share_attachments", since="2.97"),
    Shape("GET /servers/{server}/os-interface", "interfaces.list_interfaces"),
    Shape("GET /servers/{server}/os-interface/{port}", "interfaces.get_create_interfaces"),
    Shape("GET /servers/{server}/os-security-groups", "security_groups.list_security_groups"),
    Shape("POST /servers/{server}/action", "servers.get_console_output", {"os-getConsoleOutput": {}}),
    *(Shape("POST /servers/{server}/action", "servers.server_actions_common_schema", {action: argument})
      for action, argument in (("lock", None), ("unlock", None), ("os-resetState", {"state": "active"}))),
    Shape("POST /servers/{server}/action", "servers.create_backup",
          {"createBackup": {"name": "{new}", "backup_type": "daily", "rotation": 1}}),
    Shape("POST /servers/{server}/action", "images.create_image", {"createImage": {"name": "{new}"}}),
    Shape("GET /flavors", "flavors.list_flavors"),
    Shape("GET /flavors?limit=1", "flavors.list_flavors"),
    Shape("GET /flavors/detail", "flavors.list_flavors_details", until="2.101"),
    Shape("GET /flavors/42", "flavors.create_update_get_flavor_details", until="2.101"),
    Shape("POST /flavors", "flavors.create_update_get_flavor_details", {"flavor": _FLAVOR}, until="2.101"),
    Shape("PUT /flavors/42", "flavors.create_update_get_flavor_details", {"flavor": {"description": "small"}},
          since="2.55", until="2.101"),
    Shape("GET /flavors/{private}/os-flavor-access", "flavors_access.add_remove_list_flavor_access"),
    Shape("POST /flavors/{private}/action", "flavors_access.add_remove_list_flavor_access",
          {"addTenantAccess": {"tenant": "{new}"}}),
    Shape("GET /flavors/42/os-extra_specs", "flavors_extra_specs.set_get_flavor_extra_specs"),
    Shape("POST /flavors/42/os-extra_specs", "flavors_extra_specs.set_get_flavor_extra_specs",
          {"extra_specs": {"mine:a": "b"}}),
    Shape("GET /flavors/42/os-extra_specs/mine:a", "flavors_extra_specs.set_get_flavor_extra_specs_key"),
    Shape("GET /os-keypairs", "keypairs.list_keypairs"),
    Shape("GET /os-keypairs/{key}", "keypairs.get_keypair"),
    Shape("POST /os-keypairs", "keypairs.create_keypair", {"keypair": {"name": "{new}", "public_key": "{public}"}}),
    Shape("GET /os-server-groups", "server_groups.list_server_groups"),
    Shape("GET /os-server-groups/{group}", "server_groups.create_show_server_group"),
    Shape("POST /os-server-groups", "server_groups.create_show_server_group",
          {"server_group": {"name": "{new}", "policies": ["affinity"]}}, until="2.63"),
    Shape("POST /os-server-groups", "server_groups.create_show_server_group",
          {"server_group": {"name": "{new}", "policy": "affinity"}}, since="2.64"),
    Shape("GET /os-aggregates", "aggregates.list_aggregates"),
    Shape("GET /os-aggregates/{aggregate}", "aggregates.get_aggregate"),
    Shape("POST /os-aggregates", "aggregates.create_aggregate", {"aggregate": {"name": "{new}"}}),
    Shape("PUT /os-aggregates/{aggregate}", "aggregates.update_aggregate", {"aggregate": {"name": "{new}"}}),
    Shape("POST /os-aggregates/{aggregate}/action", "aggregates.aggregate_set_metadata",
          {"set_metadata": {"metadata": {"a": "b"}}}),
    Shape("POST /os-aggregates/{other_aggregate}/action", "aggregates.aggregate_add_remove_host",
          {"add_host": {"host": "h1"}}, until="2.1"),
    Shape("POST /os-aggregates/{other_aggregate}/action", "aggregates.aggregate_add_remove_host",
          {"remove_host": {"host": "h1"}}, since="2.104"),
    Shape("GET /os-availability-zone", "availability_zone.list_availability_zone_list"),
    Shape("GET /os-availability-zone/detail", "availability_zone.list_availability_zone_list_detail"),
    Shape("GET /os-hypervisors", "hypervisors.list_search_hypervisors"),
    Shape("GET /os-hypervisors/detail", "hypervisors.list_hypervisors_detail", until="2.87"),
    Shape("GET /os-hypervisors/{hypervisor}", "hypervisors.get_hypervisor", until="2.87"),
    Shape("GET /os-hypervisors/{hypervisor}/uptime", "hypervisors.get_hypervisor_uptime", until="2.87"),
    Shape("GET /os-hypervisors/statistics", "hypervisors.get_hypervisor_statistics", until="2.87"),
    Shape("GET /os-hypervisors/h1/search", "hypervisors.list_search_hypervisors", until="2.52"),
    Shape("GET /os-hypervisors/h1/servers", "hypervisors.get_hypervisors_servers", until="2.52"),
    Shape("GET /os-services", "services.list_services"),
    Shape("PUT /os-services/enable", "services.enable_disable_service", {"host": "h1", "binary": "nova-compute"},
          until="2.52"),
    Shape("PUT /os-services/disable-log-reason", "services.disable_log_reason",
          {"host": "control", "binary": "nova-scheduler", "disabled_reason": "tests"}, until="2.52"),
    Shape("PUT /os-services/force-down", "services.update_forced_down",
          {"host": "h1", "binary": "nova-compute", "forced_down": False}, since="2.11", until="2.52"),
    Shape("PUT /os-services/{service}", "services.update_service", {"status": "enabled"}, since="2.53"),
    Shape("GET /limits", "limits.get_limit"),
    Shape("GET /os-quota-sets/{project}", "quotas.get_quota_set"),
    Shape("GET /os-quota-sets/{project}/defaults", "quotas.get_quota_set"),
    Shape("GET /os-quota-sets/{project}/detail", "quotas.get_quota_set_details"),
    Shape("PUT /os-quota-sets/{project}", "quotas.update_quota_set", {"quota_set": {"cores": 100}}),
    Shape("DELETE /os-quota-sets/{project}", "quotas.delete_quota"),
    Shape("GET /os-quota-class-sets/default", "quota_classes.get_quota_class_set"),
    Shape("PUT /os-quota-class-sets/other", "quota_classes.update_quota_class_set", {"quota_class_set": {"cores": 99}}),
    Shape("GET /os-simple-tenant-usage?detailed=1", "tenant_usages.list_tenant_usage", until="2.39"),
    Shape("GET /os-simple-tenant-usage/{project}", "tenant_usages.get_tenant_usage", until="2.39"),
    Shape("GET /os-instance_usage_audit_log", "instance_usage_audit_logs.list_instance_usage_audit_log"),
    Shape("GET /os-instance_usage_audit_log/2020-01-01 00:00:00",
          "instance_usage_audit_logs.get_instance_usage_audit_log"),
    Shape("GET /os-migrations", "migrations.list_migrations"),
    Shape("POST /os-server-external-events", "server_external_events.create",
          {"events": [{"name": "network-changed", "server_uuid": "{server}"}]}),
    Shape("GET /os-hosts", "hosts.list_hosts", until="2.42"),
    Shape("GET /os-hosts/h1", "hosts.get_host_detail", until="2.42"),
    Shape("PUT /os-hosts/h1", "hosts.update_host", {"status": "enable"}, until="2.42"),
    Shape("GET /extensions", "extensions.list_extensions"),
    Shape("GET /", "versions.get_one_version"),
    Shape("GET /os-volumes", "volumes.list_volumes", until="2.35"),
    Shape("GET /os-snapshots", "snapshots.list_snapshots", until="2.35"),
    Shape("GET /os-baremetal-nodes", "baremetal_nodes.list_baremetal_nodes", until="2.35"),
    Shape("GET /images", "images.list_images", until="2.35"),
    Shape("GET /images/detail", "images.list_images_details", until="2.35"),
    Shape("GET /images/{image}", "images.get_image", until="2.35"),
    Shape("PUT /images/{image}/metadata", "images.image_metadata", {"metadata": {"a": "b"}}, until="2.38"),
    Shape("GET /images/{image}/metadata", "images.image_metadata", until="2.38"),
    Shape("GET /images/{image}/metadata/a", "images.image_meta_item", until="2.38"),
    Shape("GET /os-tenant-networks", "tenant_networks.list_tenant_networks", until="2.35"),
    Shape("GET /os-floating-ips", "floating_ips.list_floating_ips", until="2.35"),
    Shape("POST /os-floating-ips", "floating_ips.create_get_floating_ip", {"pool": "public"}, until="2.35"),
    Shape("GET /os-security-groups", "security_groups.list_security_groups", until="2.35"),
    Shape("POST /os-security-groups", "security_groups.get_security_group",
          {"security_group": {"name": "{new}", "description": "d"}}, until="2.35"),
    Shape("GET /os-security-groups/{security_group}", "security_groups.get_security_group", until="2.35"),
    Shape("POST /os-security-group-rules", "security_groups.create_security_group_rule",
          {"security_group_rule": {"parent_group_id": "{security_group}", "ip_protocol": "tcp", "from_port": 22,
                                   "to_port": 22, "cidr": "10.0.0.0/8"}}, until="2.1"),
)
