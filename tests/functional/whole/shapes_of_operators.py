"""What answers look like, as a table: of what is taken away, of the proxies of old clients, of what is not here."""

from __future__ import annotations

from tests.functional.whole.shape import Shape

TAKEN_AWAY = (
    Shape("DELETE /flavors/{fresh_flavor}", "flavors.delete_flavor"),
    Shape("POST /flavors/{private}/action", "flavors_access.add_remove_list_flavor_access",
          {"removeTenantAccess": {"tenant": "{fresh_access}"}}),
    Shape("PUT /flavors/42/os-extra_specs/mine:a", "flavors_extra_specs.set_get_flavor_extra_specs_key",
          {"mine:a": "c"}),
    Shape("DELETE /flavors/42/os-extra_specs/{fresh_spec}", "flavors_extra_specs.unset_flavor_extra_specs"),
    Shape("DELETE /os-aggregates/{fresh_aggregate}", "aggregates.delete_aggregate"),
    Shape("POST /os-aggregates/{aggregate}/images", body={"cache": [{"id": "{image}"}]}, status=501, since="2.81"),
    Shape("DELETE /os-keypairs/{fresh_key}", "keypairs.delete_keypair"),
    Shape("DELETE /os-server-groups/{fresh_server_group}", "server_groups.delete_server_group"),
    Shape("PUT /os-services/{service}", body={"host": "h1", "binary": "nova-compute"}, status=404, until="2.52"),
    Shape("GET /versions/v2.1", "versions.get_one_version"),
    Shape("GET /extensions/os-consoles", status=200),
)

PROXIES = (
    Shape("DELETE /images/{fresh_image}", "images.delete", until="2.35"),
    Shape("POST /images/{image}/metadata", "images.image_metadata", {"metadata": {"a": "c"}}, until="2.38"),
    Shape("PUT /images/{image}/metadata/a", "images.image_meta_item", {"meta": {"a": "d"}}, until="2.38"),
    Shape("DELETE /images/{image}/metadata/{fresh_property}", "images.delete", until="2.38"),
    Shape("GET /os-floating-ip-pools", status=200, until="2.35"),
    Shape("GET /os-floating-ips/{fresh_floating}", "floating_ips.create_get_floating_ip", until="2.35"),
    Shape("DELETE /os-floating-ips/{fresh_floating}", status=202, until="2.35"),
    Shape("GET /os-networks", status=200, until="2.35"),
    Shape("GET /os-networks/{network}", status=200, until="2.35"),
    Shape("GET /os-tenant-networks/{network}", "tenant_networks.get_tenant_network", until="2.35"),
    Shape("DELETE /os-security-group-rules/{fresh_rule}", "security_groups.delete_security_group_rule", until="2.35"),
    Shape("PUT /os-security-groups/{security_group}", "security_groups.update_security_group",
          {"security_group": {"name": "{new}", "description": "d"}}, until="2.35"),
    Shape("DELETE /os-security-groups/{fresh_security_group}", "security_groups.delete_security_group", until="2.35"),
)

_POWER = tuple(
    Shape(f"GET /os-hosts/h1/{verb}", status=501, until="2.42") for verb in ("reboot", "shutdown", "startup")
)
_NODE = {"node": "x"}
NOT_HERE = (
    *_POWER,
    Shape("POST /os-assisted-volume-snapshots",
          body={"snapshot": {"volume_id": "{nobody}", "create_info": {"snapshot_id": "{nobody}", "type": "qcow2",
                                                                     "new_file": "f"}}}, status=400),
    Shape('DELETE /os-assisted-volume-snapshots/{nobody}?delete_info=%7B"volume_id": "{nobody}"%7D', status=404),
    Shape("POST /os-baremetal-nodes", body=_NODE, status=400, until="2.35"),
    Shape("GET /os-baremetal-nodes/{nobody}", status=404, until="2.35"),
    Shape("DELETE /os-baremetal-nodes/{nobody}", status=400, until="2.35"),
    *(Shape("POST /os-baremetal-nodes/{nobody}/action", body={action: {"address": "x"}}, status=400, until="2.35")
      for action in ("add_interface", "remove_interface")),
    Shape("POST /os-snapshots", body={"snapshot": {"volume_id": "{nobody}"}}, status=400, until="2.35"),
    Shape("GET /os-snapshots/detail", "snapshots.list_snapshots", until="2.35"),
    Shape("GET /os-snapshots/{nobody}", status=404, until="2.35"),
    Shape("DELETE /os-snapshots/{nobody}", status=404, until="2.35"),
    Shape("POST /os-volumes", body={"volume": {"size": 1}}, status=400, until="2.35"),
    Shape("GET /os-volumes/detail", "volumes.list_volumes", until="2.35"),
    Shape("GET /os-volumes/{nobody}", status=404, until="2.35"),
    Shape("DELETE /os-volumes/{nobody}", status=404, until="2.35"),
)

# A daemon comes back with its next sign of life, for which all that follows would wait.
AT_LAST = (Shape("DELETE /os-services/{idle_service}", status=204),)

SHAPES = (*TAKEN_AWAY, *PROXIES, *NOT_HERE, *AT_LAST)
