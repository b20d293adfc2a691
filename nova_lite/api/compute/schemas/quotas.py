"""What requests about limits and quotas may hold."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.compute.schemas.types import ANY_TEXT, BOOLEAN, Piece, loose_then_strict, struct, wrapped
from nova_lite.api.microversions import ByVersion

LIMIT: Piece = {"type": ["integer", "string"], "pattern": "^-?[0-9]+$", "minimum": -1, "maximum": 2147483647,
                 "minLength": 1, "maxLength": 10, "format": "int32"}
COUNTED = ("instances", "cores", "ram", "metadata_items", "key_pairs", "server_groups", "server_group_members")
NETWORK = ("fixed_ips", "floating_ips", "security_groups", "security_group_rules")
FILES = ("injected_files", "injected_file_content_bytes", "injected_file_path_bytes")
SETTABLE = (*COUNTED, *NETWORK, *FILES)


def _set(*names: str) -> Mapping[str, Piece]:
    return {**dict.fromkeys(names, LIMIT), "force": BOOLEAN}


UPDATE = ByVersion(
    ("2.1", wrapped("quota_set", struct(_set(*COUNTED, *NETWORK, *FILES)))),
    ("2.36", wrapped("quota_set", struct(_set(*COUNTED, *FILES)))),
    ("2.57", wrapped("quota_set", struct(_set(*COUNTED)))),
)
SHOW_QUERY = loose_then_strict("2.75", ("2.1", {"user_id": ANY_TEXT}))
LIMITS_QUERY = loose_then_strict("2.75", ("2.1", {"tenant_id": ANY_TEXT}))
