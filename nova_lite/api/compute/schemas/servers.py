"""What requests about servers may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nova_lite.api.compute.schemas.types import (
    ANY_TEXT,
    BOOLEAN,
    DESCRIPTION,
    FQDN,
    HOST,
    HOSTNAME,
    METADATA,
    NAME,
    NO_QUERY,
    NULL,
    NUMBER_TEXT,
    POSITIVE,
    TAG,
    TAGS,
    TIME_TEXT,
    UUID,
    Piece,
    loose_then_strict,
    struct,
    wrapped,
)
from nova_lite.api.microversions import ByVersion
from nova_lite.api.validation import Schema

SHOW_QUERY = NO_QUERY

DISK_CONFIG: Piece = {"type": "string", "enum": ["AUTO", "MANUAL"]}
ADDRESS_V4: Piece = {"type": "string", "format": "ipv4"}
ADDRESS_V6: Piece = {"type": "string", "format": "ipv6"}

_NIC = {
    "fixed_ip": {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
    "port": {"anyOf": [UUID, NULL]},
    "uuid": UUID,
}
_DEVICE_OLD = {
    "virtual_name": {"type": "string", "maxLength": 255},
    "volume_id": UUID,
    "snapshot_id": UUID,
    "volume_size": POSITIVE,
    "device_name": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[a-zA-Z0-9._/-]*$"},
    "delete_on_termination": BOOLEAN,
    "no_device": {},
    "connection_info": {"type": "string", "maxLength": 16777215},
}
_DEVICE = {
    **_DEVICE_OLD,
    "source_type": {"type": "string", "enum": ["volume", "image", "snapshot", "blank"]},
    "uuid": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[a-zA-Z0-9._-]*$"},
    "image_id": UUID,
    "destination_type": {"type": "string", "enum": ["local", "volume"]},
    "guest_format": {"type": "string", "maxLength": 255},
    "device_type": {"type": "string", "maxLength": 255},
    "disk_bus": {"type": "string", "maxLength": 255},
    "boot_index": {"type": ["integer", "string", "null"], "pattern": "^-?[0-9]{1,9}$"},
}


def _networks(*more: tuple[str, Piece]) -> Piece:
    return {"type": "array", "items": struct({**_NIC, **dict(more)})}


def _words_or(networks: Piece) -> Piece:
    return {"oneOf": [networks, {"type": "string", "enum": ["none", "auto"]}]}


def _devices(*more: tuple[str, Piece]) -> Piece:
    return {"type": "array", "items": struct({**_DEVICE, **dict(more)})}


_TAGGED = ("tag", TAG)
_TYPED = ("volume_type", {"type": ["string", "null"], "minLength": 0, "maxLength": 255})
CERTIFICATES: Piece = {
    "type": ["array", "null"], "minItems": 1, "maxItems": 50, "uniqueItems": True,
    "items": {"type": "string", "minLength": 1},
}

_CREATE_BASE: Mapping[str, Piece] = {
    "name": NAME,
    "imageRef": {"anyOf": [UUID, {"type": "string", "maxLength": 0}]},
    "flavorRef": {"type": ["string", "integer"], "minLength": 1},
    "adminPass": {"type": "string"},
    "metadata": METADATA,
    "networks": _networks(),
    "OS-DCF:diskConfig": DISK_CONFIG,
    "accessIPv4": ADDRESS_V4,
    "accessIPv6": ADDRESS_V6,
    "availability_zone": {"type": "string", "minLength": 1, "maxLength": 255, "format": "name"},
    "block_device_mapping": {"type": "array", "items": struct(_DEVICE_OLD, more=True)},
    "block_device_mapping_v2": _devices(),
    "config_drive": {"anyOf": [BOOLEAN, {"type": "string", "maxLength": 0}]},
    "key_name": NAME,
    "min_count": POSITIVE,
    "max_count": POSITIVE,
    "return_reservation_id": BOOLEAN,
    "security_groups": {"type": "array", "items": struct({"name": NAME})},
    "user_data": {"type": "string", "format": "base64", "maxLength": 65535},
    "personality": {
        "type": "array",
        "items": struct({"path": {"type": "string"}, "contents": {"type": "string", "format": "base64"}}),
    },
}

# What each microversion added (a schema) or took away (None).
_CREATE_CHANGES: Sequence[tuple[str, Mapping[str, Piece | None]]] = (
    ("2.19", {"description": DESCRIPTION}),
    ("2.32", {"networks": _networks(_TAGGED), "block_device_mapping_v2": _devices(_TAGGED)}),
    ("2.33", {"block_device_mapping_v2": _devices()}),
    ("2.37", {"networks": _words_or(_networks())}),
    ("2.42", {"networks": _words_or(_networks(_TAGGED)), "block_device_mapping_v2": _devices(_TAGGED)}),
    ("2.52", {"tags": TAGS}),
    ("2.57", {"personality": None}),
    ("2.63", {"trusted_image_certificates": CERTIFICATES}),
    ("2.67", {"block_device_mapping_v2": _devices(_TAGGED, _TYPED)}),
    ("2.74", {"host": HOST, "hypervisor_hostname": HOST}),
    ("2.90", {"hostname": HOSTNAME}),
    ("2.94", {"hostname": FQDN}),
)

_GROUP_HINT: Piece = {"anyOf": [UUID, {"type": "array", "items": UUID}]}
_HINTS: Piece = struct(
    {
        "group": _GROUP_HINT,
        "different_host": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "same_host": _GROUP_HINT,
        "query": {"type": ["string", "object"]},
        "target_cell": NAME,
        "different_cell": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "build_near_host_ip": {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
        "cidr": {"type": "string", "pattern": r"^/[0-9a-f.:]+$"},
    },
    more=True,
)


def _create() -> ByVersion[Schema]:
    def body(known: Mapping[str, Piece], *required: str) -> Schema:
        server = struct(known, ("name", "flavorRef", *required))
        hints = {"os:scheduler_hints": _HINTS, "OS-SCH-HNT:scheduler_hints": _HINTS}
        return Schema(struct({"server": server, **hints}, ("server",)))

    known = dict(_CREATE_BASE)
    entries = [("2.1", body(known))]
    required: tuple[str, ...] = ()
    for version, changes in _CREATE_CHANGES:
        known = {**known, **{key: piece for key, piece in changes.items() if piece is not None}}
        known = {key: piece for key, piece in known.items() if changes.get(key, piece) is not None}
        required = ("networks",) if version == "2.37" else required
        entries.append((version, body(known, *required)))
    return ByVersion(*entries)


CREATE = _create()

_UPDATE: Mapping[str, Piece] = {
    "name": NAME, "OS-DCF:diskConfig": DISK_CONFIG, "accessIPv4": ADDRESS_V4, "accessIPv6": ADDRESS_V6,
}
UPDATE = ByVersion(
    ("2.1", wrapped("server", struct(_UPDATE))),
    ("2.19", wrapped("server", struct({**_UPDATE, "description": DESCRIPTION}))),
    ("2.90", wrapped("server", struct({**_UPDATE, "description": DESCRIPTION, "hostname": HOSTNAME}))),
    ("2.94", wrapped("server", struct({**_UPDATE, "description": DESCRIPTION, "hostname": FQDN}))),
    ("2.104", wrapped("server", struct({
        **_UPDATE, "description": DESCRIPTION, "hostname": FQDN,
        "pinned_availability_zone": {"type": ["string", "null"], "minLength": 1, "maxLength": 255},
    }))),
)

_FILTER_NAMES = (
    "user_id", "project_id", "tenant_id", "launch_index", "image_ref", "image", "vm_state", "task_state", "host",
    "uuid",
    "all_tenants", "soft_deleted", "deleted", "status", "block_device_mapping", "services", "metadata",
    "system_metadata", "info_cache", "security_groups", "pci_devices", "marker",
)
_EXPRESSIONS = (
    "access_ip_v4", "access_ip_v6", "auto_disk_config", "availability_zone", "config_drive", "created_at",
    "description",
    "display_description", "display_name", "flavor", "hostname", "ip", "ip6", "kernel_id", "key_name", "launched_at",
    "locked_by", "name", "node", "power_state", "progress", "ramdisk_id", "reservation_id", "root_device_name",
    "terminated_at",
)
_REGEX: Piece = {"type": "string", "format": "regex", "minLength": 1}
_SORT_DIR: Piece = {"type": "string", "enum": ["asc", "desc"]}
_LIST: Mapping[str, Piece] = {
    **dict.fromkeys(_FILTER_NAMES, ANY_TEXT),
    **dict.fromkeys(_EXPRESSIONS, _REGEX),
    "limit": NUMBER_TEXT, "changes-since": TIME_TEXT, "sort_key": ANY_TEXT, "sort_dir": _SORT_DIR,
}
LIST_QUERY = loose_then_strict(
    "2.75",
    ("2.1", _LIST),
    ("2.26", dict.fromkeys(("tags", "tags-any", "not-tags", "not-tags-any"), _REGEX)),
    ("2.66", {"changes-before": TIME_TEXT}),
    ("2.73", {"locked": ANY_TEXT}),
)

ACTION_NULL = {name: wrapped(name, {}) for name in ("pause", "unpause", "os-stop", "os-start", "unlock")}
REBOOT = wrapped("reboot", struct(
    {"type": {"type": "string", "enum": ["HARD", "Hard", "hard", "SOFT", "Soft", "soft"]}}, ("type",)
))
CONSOLE_OUTPUT = wrapped("os-getConsoleOutput", struct(
    {"length": {"type": ["integer", "string", "null"], "pattern": "^-?[0-9]{1,18}$", "minimum": -1}}
))
LOCK = ByVersion(
    ("2.1", wrapped("lock", {})),
    ("2.73", wrapped("lock", {
        "type": ["object", "null"],
        "properties": {"locked_reason": {"type": "string", "minLength": 1, "maxLength": 255}},
        "additionalProperties": False,
    })),
)
METADATA_BODY = wrapped("metadata", METADATA)
META_BODY = wrapped("meta", {**METADATA, "minProperties": 1, "maxProperties": 1})
TAGS_BODY = wrapped("tags", TAGS)

_TIMES = {"changes-since": TIME_TEXT}
ACTIONS_QUERY = loose_then_strict(
    "2.58",
    ("2.1", {}),
    ("2.58", {"limit": NUMBER_TEXT, "marker": ANY_TEXT, **_TIMES}),
    ("2.66", {"changes-before": TIME_TEXT}),
)
