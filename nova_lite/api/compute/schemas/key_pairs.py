"""What requests about key pairs may hold."""

from __future__ import annotations

from nova_lite.api.compute.schemas.types import ANY_TEXT, PAGING, Piece, loose_then_strict, struct, wrapped
from nova_lite.api.microversions import ByVersion

_NAME: Piece = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^(?! )[a-zA-Z0-9 _-]+(?<! )$"}
_NAME_292: Piece = {**_NAME, "pattern": "^(?! )[a-zA-Z0-9 _.@-]+(?<! )$"}
_KEY: Piece = {"type": "string", "minLength": 1, "maxLength": 16384}
_TYPE: Piece = {"type": "string", "enum": ["ssh", "x509"]}
_USER: Piece = {"type": "string", "minLength": 1, "maxLength": 64}

CREATE = ByVersion(
    ("2.1", wrapped("keypair", struct({"name": _NAME, "public_key": _KEY}, ("name",)))),
    ("2.2", wrapped("keypair", struct({"name": _NAME, "type": _TYPE, "public_key": _KEY}, ("name",)))),
    ("2.10", wrapped("keypair", struct(
        {"name": _NAME, "type": _TYPE, "public_key": _KEY, "user_id": _USER}, ("name",)
    ))),
    ("2.92", wrapped("keypair", struct(
        {"name": _NAME_292, "type": _TYPE, "public_key": _KEY, "user_id": _USER}, ("name", "public_key")
    ))),
)
LIST_QUERY = loose_then_strict("2.75", ("2.1", {}), ("2.10", {"user_id": ANY_TEXT}), ("2.35", PAGING))
ONE_QUERY = loose_then_strict("2.75", ("2.1", {}), ("2.10", {"user_id": ANY_TEXT}))
