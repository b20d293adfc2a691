"""What requests about flavors may hold."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.compute.schemas.types import (
    ANY_TEXT,
    BOOLEAN,
    NAME,
    NO_QUERY,
    NOT_NEGATIVE,
    NUMBER_TEXT,
    PAGING,
    POSITIVE,
    Piece,
    loose_then_strict,
    struct,
    wrapped,
)
from nova_lite.api.microversions import ByVersion
from nova_lite.api.validation import Schema

SHOW_QUERY = NO_QUERY

_DESCRIPTION: Piece = {"type": ["string", "null"], "minLength": 0, "maxLength": 65535, "format": "printable"}
_CREATE: Mapping[str, Piece] = {
    "name": NAME,
    "id": {"type": ["string", "number", "null"], "minLength": 1, "maxLength": 255,
           "pattern": r"^(?! )[a-zA-Z0-9. _-]+(?<! )$"},
    "ram": POSITIVE,
    "vcpus": POSITIVE,
    "disk": NOT_NEGATIVE,
    "OS-FLV-EXT-DATA:ephemeral": NOT_NEGATIVE,
    "swap": NOT_NEGATIVE,
    "os-flavor-access:is_public": BOOLEAN,
}
_RXTX: Piece = {"type": ["number", "string"], "pattern": r"^[0-9]+(\.[0-9]+)?$", "exclusiveMinimum": 0,
                "maximum": 3.40282e38, "maxLength": 38}
_REQUIRED = ("name", "ram", "vcpus", "disk")

CREATE: ByVersion[Schema] = ByVersion(
    ("2.1", wrapped("flavor", struct({**_CREATE, "rxtx_factor": _RXTX}, _REQUIRED))),
    ("2.55", wrapped("flavor", struct({**_CREATE, "rxtx_factor": _RXTX, "description": _DESCRIPTION}, _REQUIRED))),
    ("2.102", wrapped("flavor", struct({**_CREATE, "description": _DESCRIPTION}, _REQUIRED))),
)
UPDATE = wrapped("flavor", struct({"description": _DESCRIPTION}, ("description",)))

_LIST: Mapping[str, Piece] = {
    **PAGING, "is_public": ANY_TEXT, "minRam": NUMBER_TEXT, "minDisk": NUMBER_TEXT,
    "sort_key": {"type": "string", "enum": [
        "flavorid", "memory_mb", "vcpus", "root_gb", "ephemeral_gb", "swap", "rxtx_factor", "vcpu_weight", "disabled",
        "is_public", "name", "description", "id", "created_at", "updated_at",
    ]},
    "sort_dir": {"type": "string", "enum": ["asc", "desc"]},
}
LIST_QUERY = loose_then_strict("2.75", ("2.1", _LIST), ("2.102", {"name": ANY_TEXT}))

_SPECS: Piece = {
    "type": "object",
    "patternProperties": {
        "^[a-zA-Z0-9-_:. ]{1,255}$": {"type": ["string", "number"], "maxLength": 255},
    },
    "additionalProperties": False,
}
EXTRA_SPECS = wrapped("extra_specs", _SPECS)
EXTRA_SPEC = Schema({**_SPECS, "minProperties": 1, "maxProperties": 1})

ADD_ACCESS = wrapped("addTenantAccess", struct({"tenant": {"type": "string", "minLength": 1, "maxLength": 255}},
                                               ("tenant",)))
REMOVE_ACCESS = wrapped("removeTenantAccess", struct({"tenant": {"type": "string", "minLength": 1, "maxLength": 255}},
                                                     ("tenant",)))
