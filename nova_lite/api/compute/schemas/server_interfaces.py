"""What requests about interfaces of servers may hold."""

from __future__ import annotations

from nova_lite.api.compute.schemas.types import TAG, UUID, Piece, struct
from nova_lite.api.microversions import ByVersion
from nova_lite.api.validation import Schema

_FIXED: Piece = {
    "type": "array", "minItems": 1, "maxItems": 1,
    "items": struct(
        {"ip_address": {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}}, ("ip_address",)
    ),
}
_ATTACH = {"net_id": UUID, "port_id": UUID, "fixed_ips": _FIXED}

ATTACH = ByVersion(
    ("2.1", Schema(struct({"interfaceAttachment": struct(_ATTACH)}))),
    ("2.49", Schema(struct({"interfaceAttachment": struct({**_ATTACH, "tag": TAG})}))),
)
