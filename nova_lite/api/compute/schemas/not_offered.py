"""What requests about volumes and shares may hold: they are refused for what is wrong with them first."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.compute.schemas.types import (
    ANY_TEXT,
    BOOLEAN,
    NUMBER_TEXT,
    TAG,
    UUID,
    Piece,
    loose_then_strict,
    query,
    struct,
    wrapped,
)
from nova_lite.api.microversions import ByVersion

_DEVICE: Piece = {"type": ["string", "null"], "pattern": "^/dev/x?[a-z]?d?[a-z]+[0-9]*$"}
_ATTACH: Mapping[str, Piece] = {"volumeId": UUID, "device": _DEVICE}
_TERMINATION = {"delete_on_termination": BOOLEAN}
ATTACH = ByVersion(
    ("2.1", wrapped("volumeAttachment", struct(_ATTACH, ("volumeId",)))),
    ("2.49", wrapped("volumeAttachment", struct({**_ATTACH, "tag": TAG}, ("volumeId",)))),
    ("2.79", wrapped("volumeAttachment", struct({**_ATTACH, "tag": TAG, **_TERMINATION}, ("volumeId",)))),
)
UPDATE_ATTACHMENT = ByVersion(
    ("2.1", wrapped("volumeAttachment", struct({"volumeId": UUID}, ("volumeId",)))),
    ("2.85", wrapped("volumeAttachment", struct(
        {**_ATTACH, "tag": TAG, **_TERMINATION, "serverId": UUID, "id": UUID}, ("volumeId",)
    ))),
)
ATTACHMENTS_QUERY = loose_then_strict("2.75", ("2.1", {"limit": NUMBER_TEXT, "offset": NUMBER_TEXT}))
PAGE_QUERY = query({"limit": NUMBER_TEXT, "offset": NUMBER_TEXT}, strict=False)

_TEXT: Piece = {"type": ["string", "null"]}
VOLUME = wrapped("volume", struct({
    "volume_type": _TEXT, "metadata": {"type": ["object", "null"]}, "snapshot_id": _TEXT,
    "size": {"type": ["integer", "string"], "pattern": "^[0-9]+$", "minimum": 1}, "availability_zone": _TEXT,
    "display_name": _TEXT, "display_description": _TEXT,
}, ("size",), more=True))
SNAPSHOT = wrapped("snapshot", struct({
    "volume_id": {"type": "string"}, "force": BOOLEAN, "display_name": _TEXT, "display_description": _TEXT,
}, ("volume_id",), more=True))
ASSISTED = wrapped("snapshot", struct({
    "volume_id": {"type": "string", "minLength": 1},
    "create_info": struct({
        "snapshot_id": {"type": "string", "minLength": 1}, "type": {"type": "string", "enum": ["qcow2"]},
        "new_file": {"type": "string", "minLength": 1}, "id": {"type": "string", "minLength": 1},
    }, ("snapshot_id", "type", "new_file")),
}, ("volume_id", "create_info")))
ASSISTED_QUERY = loose_then_strict("2.75", ("2.1", {"delete_info": ANY_TEXT}))
SHARE = wrapped("share", struct(
    {"share_id": UUID, "tag": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[a-zA-Z0-9-]*$"}},
    ("share_id",),
))
