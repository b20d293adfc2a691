"""What requests to do something to a server may hold."""

from __future__ import annotations

from nova_lite.api.compute.schemas.servers import ADDRESS_V4, ADDRESS_V6, CERTIFICATES, DISK_CONFIG
from nova_lite.api.compute.schemas.types import (
    BOOLEAN,
    DESCRIPTION,
    FQDN,
    HOST,
    HOSTNAME,
    METADATA,
    NAME,
    NULL,
    UUID,
    Piece,
    struct,
    wrapped,
)
from nova_lite.api.microversions import ByVersion
from nova_lite.api.validation import Schema

_PLAIN = ("suspend", "resume", "confirmResize", "revertResize", "unrescue", "shelve",
          "shelveOffload", "forceDelete", "restore", "injectNetworkInfo", "resetNetwork")
PLAIN = {name: wrapped(name, {}) for name in _PLAIN} | {"trigger_crash_dump": wrapped("trigger_crash_dump", NULL)}

RESET_STATE = wrapped("os-resetState", struct({"state": {"type": "string", "enum": ["active", "error"]}}, ("state",)))

CREATE_IMAGE = wrapped("createImage", struct({"name": NAME, "metadata": METADATA}, ("name",)))
CREATE_BACKUP = wrapped("createBackup", struct(
    {
        "name": NAME, "backup_type": {"type": "string"}, "metadata": METADATA,
        "rotation": {"type": ["integer", "string"], "pattern": "^[0-9]+$", "minimum": 0, "minLength": 1,
                     "maxLength": 10, "maximum": 2147483647, "format": "int32"},
    },
    ("name", "backup_type", "rotation"),
))

RESIZE = wrapped("resize", struct(
    {"flavorRef": {"type": ["string", "integer"], "minLength": 1}, "OS-DCF:diskConfig": DISK_CONFIG}, ("flavorRef",)
))
RESCUE = wrapped("rescue", {
    "type": ["object", "null"], "additionalProperties": False,
    "properties": {"adminPass": {"type": "string"}, "rescue_image_ref": UUID},
})
CHANGE_PASSWORD = wrapped("changePassword", struct({"adminPass": {"type": "string"}}, ("adminPass",)))

_OTHER_HOST: Piece = {**HOST, "type": ["string", "null"]}
_MIGRATE_HOST: Piece = {
    "type": ["object", "null"], "additionalProperties": False,
    "properties": {"host": _OTHER_HOST},
}
MIGRATE = ByVersion(("2.1", wrapped("migrate", {})), ("2.56", wrapped("migrate", _MIGRATE_HOST)))
_LIVE = {"host": _OTHER_HOST, "block_migration": BOOLEAN}
_AUTO: Piece = {"anyOf": [BOOLEAN, {"type": "string", "enum": ["auto"]}]}
_LIVE_NEEDS = ("host", "block_migration")
MIGRATE_LIVE = ByVersion(
    ("2.1", wrapped("os-migrateLive", struct({**_LIVE, "disk_over_commit": BOOLEAN},
                                             (*_LIVE_NEEDS, "disk_over_commit")))),
    ("2.25", wrapped("os-migrateLive", struct({**_LIVE, "block_migration": _AUTO}, _LIVE_NEEDS))),
    ("2.30", wrapped("os-migrateLive", struct({**_LIVE, "block_migration": _AUTO, "force": BOOLEAN}, _LIVE_NEEDS))),
    ("2.68", wrapped("os-migrateLive", struct({**_LIVE, "block_migration": _AUTO}, _LIVE_NEEDS))),
)

_EVACUATE = {"host": HOST, "adminPass": {"type": "string"}}
EVACUATE = ByVersion(
    ("2.1", wrapped("evacuate", struct({**_EVACUATE, "onSharedStorage": BOOLEAN}, ("onSharedStorage",)))),
    ("2.14", wrapped("evacuate", struct(_EVACUATE))),
    ("2.29", wrapped("evacuate", struct({**_EVACUATE, "force": BOOLEAN}))),
    ("2.68", wrapped("evacuate", struct(_EVACUATE))),
)

UNSHELVE = ByVersion(
    ("2.1", wrapped("unshelve", {})),
    ("2.77", wrapped("unshelve", {
        **struct({"availability_zone": NAME}, ("availability_zone",)), "type": ["object", "null"],
    })),
    ("2.91", wrapped("unshelve", {
        "type": ["object", "null"], "additionalProperties": False,
        "properties": {"availability_zone": {"type": ["string", "null"]}, "host": {"type": "string"}},
    })),
)

_REBUILD: dict[str, Piece] = {
    "imageRef": UUID, "name": NAME, "adminPass": {"type": "string"},
    "metadata": METADATA, "preserve_ephemeral": BOOLEAN, "OS-DCF:diskConfig": DISK_CONFIG, "accessIPv4": ADDRESS_V4,
    "accessIPv6": ADDRESS_V6,
    "personality": {
        "type": "array",
        "items": struct({"path": {"type": "string"}, "contents": {"type": "string", "format": "base64"}}),
    },
}
_REBUILD_CHANGES: tuple[tuple[str, dict[str, Piece]], ...] = (
    ("2.19", {"description": DESCRIPTION}),
    ("2.54", {"key_name": {"type": ["string", "null"], "minLength": 1, "maxLength": 255}}),
    ("2.57", {"user_data": {"type": ["string", "null"], "format": "base64", "maxLength": 65535}}),
    ("2.63", {"trusted_image_certificates": CERTIFICATES}),
    ("2.90", {"hostname": HOSTNAME}),
    ("2.94", {"hostname": FQDN}),
)


def _rebuild() -> ByVersion[Schema]:
    known = dict(_REBUILD)
    entries = [("2.1", wrapped("rebuild", struct(known, ("imageRef",))))]
    for version, more in _REBUILD_CHANGES:
        known = {**known, **more}
        if version == "2.57":
            del known["personality"]
        entries.append((version, wrapped("rebuild", struct(known, ("imageRef",)))))
    return ByVersion(*entries)


REBUILD = _rebuild()

_CONSOLES = {"vnc": ("novnc", "xvpvnc"), "spice": ("spice-html5",), "rdp": ("rdp-html5",), "serial": ("serial",)}
OLD_CONSOLES = {
    name: wrapped(name, struct({"type": {"type": "string", "enum": list(_CONSOLES[kind])}}, ("type",)))
    for name, kind in (("os-getVNCConsole", "vnc"), ("os-getSPICEConsole", "spice"), ("os-getRDPConsole", "rdp"),
                       ("os-getSerialConsole", "serial"))
}


def _remote(*protocols: str, types: tuple[str, ...]) -> Schema:
    return wrapped("remote_console", struct(
        {"protocol": {"type": "string", "enum": list(protocols)}, "type": {"type": "string", "enum": list(types)}},
        ("protocol", "type"),
    ))


_TYPES = ("novnc", "xvpvnc", "spice-html5", "rdp-html5", "serial")
REMOTE_CONSOLE = ByVersion(
    ("2.6", _remote("vnc", "spice", "rdp", "serial", types=_TYPES)),
    ("2.8", _remote("vnc", "spice", "rdp", "serial", "mks", types=(*_TYPES, "webmks"))),
    ("2.99", _remote("vnc", "spice", "rdp", "serial", "mks", types=(*_TYPES, "webmks", "spice-direct"))),
)
