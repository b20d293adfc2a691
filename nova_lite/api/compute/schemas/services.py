"""What requests about services and hypervisors may hold."""

from __future__ import annotations

from nova_lite.api.compute.schemas.types import (
    ANY_TEXT,
    BOOLEAN,
    HOST,
    PAGING,
    Piece,
    loose_then_strict,
    struct,
)
from nova_lite.api.microversions import ByVersion
from nova_lite.api.validation import Schema

_REASON: Piece = {"type": "string", "minLength": 1, "maxLength": 255}
_BY_NAME = {"host": HOST, "binary": {"type": "string", "minLength": 1, "maxLength": 255}}

UPDATE = ByVersion(
    ("2.1", Schema(struct({**_BY_NAME, "disabled_reason": _REASON}, ("host", "binary")))),
    ("2.11", Schema(struct({**_BY_NAME, "disabled_reason": _REASON, "forced_down": BOOLEAN}, ("host", "binary")))),
    ("2.53", Schema({
        **struct({
            "status": {"type": "string", "enum": ["enabled", "disabled"]},
            "disabled_reason": _REASON,
            "forced_down": BOOLEAN,
        }),
        "minProperties": 1,
    })),
)
LIST_QUERY = loose_then_strict("2.75", ("2.1", {"host": ANY_TEXT, "binary": ANY_TEXT}))
HYPERVISORS_QUERY = loose_then_strict(
    "2.53",
    ("2.1", {}),
    ("2.33", PAGING),
    ("2.53", {"hypervisor_hostname_pattern": ANY_TEXT, "with_servers": BOOLEAN}),
)
HYPERVISOR_QUERY = loose_then_strict("2.53", ("2.1", {}), ("2.53", {"with_servers": BOOLEAN}))
