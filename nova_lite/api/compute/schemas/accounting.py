"""What requests about usage, quota classes, events and migrations may hold."""

from __future__ import annotations

from nova_lite.api.compute.schemas.quotas import COUNTED, FILES, LIMIT, SETTABLE
from nova_lite.api.compute.schemas.types import (
    ANY_TEXT,
    PAGING,
    TIME_TEXT,
    UUID,
    Piece,
    loose_then_strict,
    struct,
    wrapped,
)
from nova_lite.api.microversions import ByVersion
from nova_lite.api.validation import Schema

_PERIOD: dict[str, Piece] = {"start": ANY_TEXT, "end": ANY_TEXT}
USAGE_QUERY = loose_then_strict("2.75", ("2.1", {**_PERIOD, "detailed": ANY_TEXT}), ("2.40", PAGING))
ONE_USAGE_QUERY = loose_then_strict("2.75", ("2.1", _PERIOD), ("2.40", PAGING))

CLASS_UPDATE = ByVersion(
    ("2.1", wrapped("quota_class_set", struct(dict.fromkeys(SETTABLE, LIMIT)))),
    ("2.50", wrapped("quota_class_set", struct(dict.fromkeys((*COUNTED, *FILES), LIMIT)))),
    ("2.57", wrapped("quota_class_set", struct(dict.fromkeys(COUNTED, LIMIT)))),
)

_EVENTS = ("network-changed", "network-vif-plugged", "network-vif-unplugged", "network-vif-deleted")
_MORE = (
    ("2.51", "volume-extended"), ("2.76", "power-update"), ("2.82", "accelerator-request-bound"),
    ("2.93", "volume-reimaged"),
)


def _events(names: tuple[str, ...]) -> Schema:
    event = struct({
        "server_uuid": UUID, "name": {"type": "string", "enum": list(names)},
        "status": {"type": "string", "enum": ["failed", "completed", "in-progress"]},
        "tag": {"type": "string", "maxLength": 255},
    }, ("server_uuid", "name"))
    return wrapped("events", {"type": "array", "minItems": 1, "items": event})


EVENTS = ByVersion(
    ("2.1", _events(_EVENTS)),
    *(
        (since, _events((*_EVENTS, *(name for _, name in _MORE[:count]))))
        for count, (since, _) in enumerate(_MORE, 1)
    ),
)

FORCE_COMPLETE = wrapped("force_complete", {"type": "null"})

MIGRATIONS_QUERY = loose_then_strict(
    "2.59",
    ("2.1", dict.fromkeys(("hidden", "host", "instance_uuid", "source_compute", "status", "migration_type"), ANY_TEXT)),
    ("2.59", {**PAGING, "changes-since": TIME_TEXT}),
    ("2.66", {"changes-before": TIME_TEXT}),
    ("2.80", {"user_id": ANY_TEXT, "project_id": ANY_TEXT}),
)
