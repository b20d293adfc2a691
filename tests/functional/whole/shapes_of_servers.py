"""What answers look like, as a table: of what is done to servers."""

from __future__ import annotations

from typing import Any

from tests.functional.whole.shape import Shape

_S = "/servers/{server}"
_COMMON = "servers.server_actions_common_schema"
_BODY = {"name": "{new}", "imageRef": "{image}", "flavorRef": "42"}


def _act(action: str, argument: Any = None, schema: str = _COMMON, **more: Any) -> Shape:
    return Shape(f"POST {_S}/action", schema, {action: argument}, **more)


def _aliased(action: str, argument: Any = None, schema: str = _COMMON, **more: Any) -> Shape:
    return Shape("POST /os-volumes_boot/{server}/action", schema, {action: argument}, until="2.102", **more)


_RESIZE = {"flavorRef": "{other_flavor}"}
_CONSOLES = (("os-getSPICEConsole", "spice-html5", 400), ("os-getRDPConsole", "rdp-html5", 400),
             ("os-getSerialConsole", "serial", 200), ("os-getVNCConsole", "novnc", 0))

ACTIONS = (
    _act("pause"), _act("unpause", state="PAUSED"), _act("suspend"), _act("resume", state="SUSPENDED"),
    _act("os-stop"), _act("os-start", state="SHUTOFF"), _act("reboot", {"type": "HARD"}),
    _act("rescue", {}, "servers.rescue_server_with_admin_pass"), _act("unrescue", state="RESCUE"),
    _act("shelve"), _act("shelveOffload", status=409, state="SHELVED_OFFLOADED"),
    _act("unshelve", state="SHELVED_OFFLOADED"),
    _act("resize", _RESIZE), _act("revertResize", state="VERIFY_RESIZE"),
    _act("confirmResize", schema="servers.server_actions_confirm_resize", state="VERIFY_RESIZE"),
    _act("lock"), _act("unlock"), _act("os-resetState", {"state": "active"}), _act("injectNetworkInfo"),
    _act("trigger_crash_dump", since="2.17"), _act("restore", status=409),
    _act("changePassword", {"adminPass": "secret"}),
    _act("addSecurityGroup", {"name": "{group_to_add}"}), _act("removeSecurityGroup", {"name": "{group_to_remove}"}),
    _act("addFixedIp", {"networkId": "{network}"}, until="2.43"),
    _act("removeFixedIp", {"address": "{address_to_remove}"}, until="2.43"),
    _act("addFloatingIp", {"address": "{floating_to_add}"}, "floating_ips.add_remove_floating_ip", until="2.43"),
    _act("removeFloatingIp", {"address": "{floating_to_remove}"}, "floating_ips.add_remove_floating_ip", until="2.43"),
    _act("rebuild", {"imageRef": "{image}"}, "servers.rebuild_server_with_admin_pass"),
    _act("createBackup", {"name": "{new}", "backup_type": "daily", "rotation": 1}, "servers.create_backup"),
    _act("createImage", {"name": "{new}"}, "images.create_image"),
    _act("os-getConsoleOutput", {}, "servers.get_console_output"),
    *(_act(action, {"type": kind}, "" if status else "servers.get_vnc_console", status=status, until="2.5")
      for action, kind, status in _CONSOLES),
    Shape(f"POST {_S}/remote-consoles", "servers.get_remote_consoles",
          {"remote_console": {"protocol": "vnc", "type": "novnc"}}, since="2.6"),
    Shape(f"POST {_S}/remote-consoles", "servers.get_remote_consoles",
          {"remote_console": {"protocol": "serial", "type": "serial"}}, since="2.6"),
    Shape("GET /os-console-auth-tokens/{token}", status=400, until="2.30"),
    Shape("GET /os-console-auth-tokens/{token}", status=200, since="2.31"),
    Shape("DELETE /servers/{fresh_server}", "servers.delete_server"),
    Shape("POST /servers/{fresh_server}/action", _COMMON, {"forceDelete": None}),
)

# Where the cloud has one host the server has nowhere to go.
MOVES = (
    _act("migrate", status=400),
    _act("os-migrateLive", {"host": None, "block_migration": False, "disk_over_commit": False}, status=400,
         until="2.24"),
    _act("os-migrateLive", {"host": None, "block_migration": "auto"}, status=400, since="2.25"),
    _act("evacuate", {"onSharedStorage": False}, status=400, until="2.13"),
    _act("evacuate", {}, status=400, since="2.14"),
    Shape(f"GET {_S}/migrations", "servers.list_live_migrations", since="2.23"),
    Shape(f"GET {_S}/migrations/1", status=404, since="2.23"),
    Shape(f"DELETE {_S}/migrations/1", status=404, since="2.24"),
    Shape(f"POST {_S}/migrations/1/action", body={"force_complete": None}, status=404, since="2.22"),
)

ALIASES = (
    Shape("GET /os-volumes_boot", "servers.list_servers", until="2.102"),
    Shape("GET /os-volumes_boot/detail", "servers.list_servers_detail", until="2.102"),
    Shape("GET /os-volumes_boot/{server}", "servers.get_server", until="2.102"),
    Shape("PUT /os-volumes_boot/{server}", "servers.update_server", {"server": {"name": "renamed"}}, until="2.102"),
    Shape("POST /os-volumes_boot", "servers.create_server_with_admin_pass", {"server": _BODY}, until="2.36"),
    Shape("POST /os-volumes_boot", "servers.create_server_with_admin_pass", {"server": {**_BODY, "networks": "none"}},
          since="2.37", until="2.102"),
    Shape("DELETE /os-volumes_boot/{fresh_server}", "servers.delete_server", until="2.102"),
    _aliased("os-stop"), _aliased("os-start", state="SHUTOFF"), _aliased("reboot", {"type": "SOFT"}),
    _aliased("resize", _RESIZE), _aliased("revertResize", state="VERIFY_RESIZE"),
    _aliased("confirmResize", schema="servers.server_actions_confirm_resize", state="VERIFY_RESIZE"),
    _aliased("trigger_crash_dump", since="2.17"),
    _aliased("rebuild", {"imageRef": "{image}"}, "servers.rebuild_server_with_admin_pass"),
    _aliased("createImage", {"name": "{new}"}, "images.create_image"),
)

PARTS = (
    Shape(f"GET {_S}/topology", status=200, since="2.78"),
    Shape(f"DELETE {_S}/metadata/{{fresh_item}}", "servers.delete_server_metadata_item"),
    Shape(f"DELETE {_S}/tags/{{fresh_tag}}", "servers.delete_tag", since="2.26"),
    Shape(f"DELETE {_S}/tags", "servers.delete_all_tags", since="2.26"),
    Shape(f"POST {_S}/os-interface", "interfaces.get_create_interfaces",
          {"interfaceAttachment": {"net_id": "{network}"}}),
    Shape(f"DELETE {_S}/os-interface/{{fresh_port}}", "interfaces.delete_interface"),
    Shape(f"POST {_S}/os-volume_attachments", body={"volumeAttachment": {"volumeId": "{nobody}"}}, status=404),
    Shape(f"GET {_S}/os-volume_attachments/{{nobody}}", status=404),
    Shape(f"PUT {_S}/os-volume_attachments/{{nobody}}", body={"volumeAttachment": {"volumeId": "{other}"}}, status=404),
    Shape(f"DELETE {_S}/os-volume_attachments/{{nobody}}", status=404),
    Shape(f"POST {_S}/shares", body={"share": {"share_id": "{nobody}"}}, status=404, since="2.97"),
    Shape(f"GET {_S}/shares/{{nobody}}", status=404, since="2.97"),
    Shape(f"DELETE {_S}/shares/{{nobody}}", status=404, since="2.97"),
)

SHAPES = (*ACTIONS, *MOVES, *ALIASES, *PARTS)
