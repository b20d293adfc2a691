"""What requests about server groups may hold."""

from __future__ import annotations

from nova_lite.api.compute.schemas.types import (
    ANY_TEXT,
    NAME,
    NUMBER_TEXT,
    POSITIVE,
    Piece,
    loose_then_strict,
    struct,
    wrapped,
)
from nova_lite.api.microversions import ByVersion
from nova_lite.api.validation import Schema

_HARD, _SOFT = ("anti-affinity", "affinity"), ("soft-anti-affinity", "soft-affinity")


def _policies(*words: str) -> Schema:
    policies: Piece = {"type": "array", "minItems": 1, "maxItems": 1, "items": {"type": "string", "enum": list(words)}}
    return wrapped("server_group", struct({"name": NAME, "policies": policies}, ("name", "policies")))


CREATE = ByVersion(
    ("2.1", _policies(*_HARD)),
    ("2.15", _policies(*_HARD, *_SOFT)),
    ("2.64", wrapped("server_group", struct({
        "name": NAME, "policy": {"type": "string", "enum": [*_HARD, *_SOFT]},
        "rules": struct({"max_server_per_host": POSITIVE}),
    }, ("name", "policy")))),
)
LIST_QUERY = loose_then_strict(
    "2.75", ("2.1", {"all_projects": ANY_TEXT, "limit": NUMBER_TEXT, "offset": NUMBER_TEXT})
)
