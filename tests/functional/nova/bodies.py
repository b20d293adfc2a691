"""Requests with bodies, each of which is sent as it should be and with one thing wrong.

Those about servers name one that is not there: what is taken is not found, and nothing changes. Those that make
something are few enough to be cleared away.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from tests.functional.nova.asking import Ask, Step
from tests.functional.nova.mutations import mutations, small_mutations

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ me@here"
_S = "/servers/{nobody}"
_ACTION = f"POST {_S}/action"


@dataclasses.dataclass(frozen=True)
class Form:
    """A request and a good body. ``at``: where all mutations are tried; ``also``: where a few are."""

    request: str
    body: Any
    at: str = "2.104"
    also: tuple[str, ...] = ("2.1",)
    who: str = "admin"
    undo: str = ""


def _action(name: str, argument: Any, at: str = "2.104", *also: str) -> Form:
    return Form(_ACTION, {name: argument}, at, also or ("2.1",))


_SERVER = {
    "name": "vm", "imageRef": "{image}", "flavorRef": "f1", "networks": [{"uuid": "{network}"}],
    "metadata": {"k": "v"}, "description": "d", "key_name": "mine", "availability_zone": "nova", "config_drive": True,
    "user_data": "aGk=", "security_groups": [{"name": "default"}], "tags": ["t"], "hostname": "hh", "min_count": 1,
    "max_count": 1, "accessIPv4": "10.0.0.1", "accessIPv6": "fe80::1", "adminPass": "p", "OS-DCF:diskConfig": "AUTO",
    "return_reservation_id": False, "host": "fake1", "hypervisor_hostname": "fake1",
    "block_device_mapping_v2": [{"source_type": "image", "uuid": "{image}", "boot_index": 0,
                                 "destination_type": "local",
                                 "delete_on_termination": True, "tag": "t", "device_name": "vda", "disk_bus": "virtio",
                                 "device_type": "disk", "guest_format": "", "volume_size": 1}],
}
_OLD = ("name", "imageRef", "flavorRef", "networks", "metadata", "key_name", "availability_zone", "config_drive",
        "user_data", "security_groups", "min_count", "max_count", "accessIPv4", "adminPass", "OS-DCF:diskConfig",
        "return_reservation_id")
_HINTS = {"group": "{nobody}", "different_host": ["{nobody}"], "same_host": "{nobody}", "query": "[]",
          "target_cell": "c", "build_near_host_ip": "10.0.0.1", "cidr": "/24"}
_UNDO_FLAVOR, _UNDO_KEY = "DELETE /flavors/{flavor.id}", "DELETE /os-keypairs/{keypair.name}?user_id={keypair.user_id}"
_UNDO_GROUP, _UNDO_AGGREGATE = "DELETE /os-server-groups/{server_group.id}", "DELETE /os-aggregates/{aggregate.id}"
_FLAVOR = {"name": "f", "id": "f-new", "ram": 64, "vcpus": 1, "disk": 1, "swap": 0, "OS-FLV-EXT-DATA:ephemeral": 0,
           "os-flavor-access:is_public": True}

SERVERS = (
    Form("POST /servers", {"server": _SERVER}, "2.104", (), "poor"),
    Form("POST /servers", {"server": {name: _SERVER[name] for name in _OLD}}, "2.1", ("2.36", "2.64"), "poor"),
    Form("POST /servers", {"server": {"name": "vm", "imageRef": "{image}", "flavorRef": "f1", "networks": "none"},
                           "os:scheduler_hints": _HINTS}, "2.104", ("2.37",), "poor"),
    Form(f"PUT {_S}", {"server": {"name": "n", "accessIPv4": "10.0.0.1", "accessIPv6": "fe80::1", "description": "d",
                                  "OS-DCF:diskConfig": "AUTO", "hostname": "hh", "pinned_availability_zone": "nova"}},
         "2.104", ()),
    Form(f"PUT {_S}", {"server": {"name": "n", "accessIPv4": "10.0.0.1", "OS-DCF:diskConfig": "AUTO"}}, "2.1",
         ("2.19",)),
    Form(f"POST {_S}/metadata", {"metadata": {"k": "v"}}),
    Form(f"PUT {_S}/metadata", {"metadata": {"k": "v"}}),
    Form(f"PUT {_S}/metadata/k", {"meta": {"k": "v"}}),
    Form(f"PUT {_S}/tags", {"tags": ["t"]}, "2.104", ("2.26",)),
    Form(f"POST {_S}/os-interface", {"interfaceAttachment": {"net_id": "{nobody}", "tag": "t",
                                                            "fixed_ips": [{"ip_address": "10.0.0.9"}]}}, "2.104", ()),
    Form(f"POST {_S}/os-interface", {"interfaceAttachment": {"port_id": "{nobody}"}}),
    Form(f"POST {_S}/remote-consoles", {"remote_console": {"protocol": "vnc", "type": "novnc"}}, "2.104",
         ("2.6", "2.8")),
    Form(f"POST {_S}/os-volume_attachments", {"volumeAttachment": {"volumeId": "{nobody}", "device": "/dev/vdb"}}),
    Form(f"PUT {_S}/os-volume_attachments/{{nobody}}", {"volumeAttachment": {"volumeId": "{nobody}"}}),
    Form(f"POST {_S}/shares", {"share": {"share_id": "{nobody}", "tag": "t"}}, "2.104", ()),
    Form(f"POST {_S}/migrations/1/action", {"force_complete": None}, "2.104", ("2.22",)),
)

ACTIONS = (
    *(_action(name, None) for name in (
        "pause", "unpause", "suspend", "resume", "os-stop", "os-start", "unlock", "confirmResize", "revertResize",
        "unrescue", "shelve", "shelveOffload", "forceDelete", "restore", "injectNetworkInfo", "resetNetwork",
    )),
    _action("trigger_crash_dump", None, "2.104", "2.17", "2.16"),
    _action("reboot", {"type": "SOFT"}),
    _action("lock", {"locked_reason": "r"}, "2.104", "2.1", "2.73"),
    _action("rescue", {"adminPass": "p", "rescue_image_ref": "{image}"}),
    _action("resize", {"flavorRef": "f1", "OS-DCF:diskConfig": "AUTO"}),
    _action("migrate", {"host": "fake1"}, "2.104", "2.1", "2.56"),
    _action("os-migrateLive", {"host": "fake1", "block_migration": "auto"}, "2.104", "2.25", "2.30", "2.68"),
    _action("os-migrateLive", {"host": "fake1", "block_migration": False, "disk_over_commit": False}, "2.1", "2.24"),
    _action("evacuate", {"host": "fake1", "adminPass": "p"}, "2.104", "2.14", "2.29", "2.68"),
    _action("evacuate", {"host": "fake1", "onSharedStorage": False, "adminPass": "p"}, "2.1", "2.13"),
    _action("rebuild", {
        "imageRef": "{image}", "name": "n", "adminPass": "p", "metadata": {"k": "v"}, "preserve_ephemeral": False,
        "OS-DCF:diskConfig": "AUTO", "accessIPv4": "10.0.0.1", "accessIPv6": "fe80::1", "description": "d",
        "key_name": "mine", "user_data": "aGk=", "trusted_image_certificates": None, "hostname": "hh",
    }, "2.104", "2.54", "2.57", "2.90"),
    _action("rebuild", {"imageRef": "{image}", "name": "n", "personality": [{"path": "/a", "contents": "aGk="}]}, "2.1",
            "2.56", "2.57"),
    _action("createImage", {"name": "i", "metadata": {"k": "v"}}),
    _action("createBackup", {"name": "i", "backup_type": "daily", "rotation": 1, "metadata": {"k": "v"}}),
    _action("unshelve", {"availability_zone": "nova", "host": "fake1"}, "2.104", "2.77", "2.91"),
    _action("unshelve", None, "2.1", "2.76", "2.77", "2.91"),
    _action("changePassword", {"adminPass": "p"}),
    _action("os-resetState", {"state": "active"}),
    _action("os-getConsoleOutput", {"length": 10}),
    _action("os-getVNCConsole", {"type": "novnc"}, "2.1", "2.5", "2.6"),
    _action("os-getSPICEConsole", {"type": "spice-html5"}, "2.1", "2.6"),
    _action("os-getRDPConsole", {"type": "rdp-html5"}, "2.1", "2.6"),
    _action("os-getSerialConsole", {"type": "serial"}, "2.1", "2.6"),
    _action("addSecurityGroup", {"name": "g"}),
    _action("removeSecurityGroup", {"name": "g"}),
    _action("addFixedIp", {"networkId": "{nobody}"}, "2.1", "2.43", "2.44"),
    _action("removeFixedIp", {"address": "10.0.0.4"}, "2.1", "2.43", "2.44"),
    _action("addFloatingIp", {"address": "10.0.0.4", "fixed_address": "10.0.0.5"}, "2.1", "2.43", "2.44"),
    _action("removeFloatingIp", {"address": "10.0.0.4"}, "2.1", "2.43", "2.44"),
)

OTHERS = (
    Form("POST /flavors", {"flavor": {**_FLAVOR, "description": "d"}}, "2.104", ("2.55",), undo=_UNDO_FLAVOR),
    Form("POST /flavors", {"flavor": {**_FLAVOR, "rxtx_factor": 1.0}}, "2.1", ("2.101",), undo=_UNDO_FLAVOR),
    Form("PUT /flavors/f1", {"flavor": {"description": "d"}}, "2.104", ("2.55", "2.54")),
    Form("POST /flavors/f1/action", {"addTenantAccess": {"tenant": "{project}"}}, "2.104", ("2.6", "2.7")),
    Form("POST /flavors/private/action", {"removeTenantAccess": {"tenant": "{strangers_project}"}}),
    Form("POST /flavors/f1/os-extra_specs", {"extra_specs": {"k": "v"}}, "2.104", ("2.85", "2.86")),
    Form("PUT /flavors/f1/os-extra_specs/k", {"k": "v"}, "2.104", ("2.1", "2.86")),
    Form("POST /os-keypairs",
         {"keypair": {"name": "k", "public_key": KEY, "type": "ssh", "user_id": "{user_of_admin}"}},
         "2.104", ("2.10", "2.92"), undo=_UNDO_KEY),
    Form("POST /os-keypairs", {"keypair": {"name": "k", "public_key": KEY}}, "2.1", ("2.2", "2.91"), undo=_UNDO_KEY),
    Form("POST /os-server-groups", {"server_group": {"name": "g", "policy": "anti-affinity",
                                                     "rules": {"max_server_per_host": 2}}}, "2.104", ("2.64",),
         "member", undo=_UNDO_GROUP),
    Form("POST /os-server-groups", {"server_group": {"name": "g", "policies": ["affinity"]}}, "2.1", ("2.15", "2.63"),
         "member", undo=_UNDO_GROUP),
    Form("POST /os-aggregates", {"aggregate": {"name": "a", "availability_zone": "z"}}, undo=_UNDO_AGGREGATE),
    Form("PUT /os-aggregates/{aggregate}", {"aggregate": {"name": "b", "availability_zone": "z"}}),
    Form("POST /os-aggregates/{aggregate}/action", {"add_host": {"host": "nowhere"}}),
    Form("POST /os-aggregates/{aggregate}/action", {"remove_host": {"host": "nowhere"}}),
    Form("POST /os-aggregates/{aggregate}/action", {"set_metadata": {"metadata": {"k": "v"}}}),
    Form("POST /os-aggregates/{aggregate}/images", {"cache": [{"id": "{image}"}]}, "2.104", ("2.81",)),
    Form("PUT /os-quota-sets/{strangers_project}", {"quota_set": {"instances": 5, "cores": 5, "ram": 5,
                                                      "metadata_items": 5, "key_pairs": 5, "server_groups": 5,
                                                      "server_group_members": 5, "force": True}}, "2.104",
                                                      ("2.36", "2.57")),
    Form("PUT /os-quota-sets/{strangers_project}", {"quota_set": {"floating_ips": 5, "security_groups": 5,
                                                      "injected_files": 5, "injected_file_content_bytes": 5,
                                                      "injected_file_path_bytes": 5, "security_group_rules": 5,
                                                      "fixed_ips": 5, "networks": 5}}, "2.1",
         ("2.35", "2.36", "2.57")),
    Form("PUT /os-quota-class-sets/scratch", {"quota_class_set": {"instances": 5, "ram": 5, "server_groups": 5}},
         "2.104", ("2.1", "2.49", "2.50", "2.57")),
    Form("PUT /os-services/enable", {"host": "nowhere", "binary": "nova-compute"}, "2.52", ("2.1", "2.53")),
    Form("PUT /os-services/disable", {"host": "nowhere", "binary": "nova-compute"}, "2.52", ("2.1", "2.53")),
    Form("PUT /os-services/disable-log-reason", {"host": "nowhere", "binary": "nova-compute", "disabled_reason": "r"},
         "2.52", ("2.1", "2.53")),
    Form("PUT /os-services/force-down", {"host": "nowhere", "binary": "nova-compute", "forced_down": True}, "2.52",
         ("2.10", "2.11", "2.53")),
    Form("PUT /os-services/{nobody}", {"status": "disabled", "disabled_reason": "r", "forced_down": False}, "2.104",
         ("2.53",)),
    Form("POST /os-server-external-events", {"events": [{"name": "network-changed", "server_uuid": "{nobody}",
                                                         "status": "completed", "tag": "t"}]}, "2.104",
         ("2.1", "2.51", "2.76", "2.93")),
    Form("PUT /os-hosts/fake1", {"status": "enable", "maintenance_mode": "disable"}, "2.1", ("2.42", "2.43")),
    Form("POST /os-assisted-volume-snapshots", {"snapshot": {"volume_id": "{nobody}", "create_info": {
        "snapshot_id": "{nobody}", "type": "qcow2", "new_file": "f", "id": "{nobody}"}}}),
)

PROXIES = (
    Form("POST /os-security-groups", {"security_group": {"name": "g", "description": "d"}}, "2.1", ("2.35", "2.36"),
         "member", undo="DELETE /os-security-groups/{security_group.id}"),
    Form("POST /os-security-group-rules", {"security_group_rule": {
        "parent_group_id": "{nobody}", "ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr": "10.0.0.0/8"}},
        "2.1", ("2.35", "2.36"), "member"),
    Form("POST /os-floating-ips", {"pool": "public"}, "2.1", ("2.35", "2.36"), "member",
         undo="DELETE /os-floating-ips/{floating_ip.id}"),
)


def steps(form: Form) -> Iterator[Step]:
    """The body as it should be, then all that is wrong with it."""
    for body in (form.body, *mutations(form.body)):
        yield Ask(form.request, body, form.at, form.who, undo=form.undo)
    for text in (None, "", "{"):
        yield Ask(form.request, at=form.at, who=form.who, text=text)
    for version in form.also:
        for body in (form.body, *small_mutations(form.body)):
            yield Ask(form.request, body, version, form.who, undo=form.undo)
