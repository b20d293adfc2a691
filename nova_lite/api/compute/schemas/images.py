"""What requests to the image proxy may hold."""

from __future__ import annotations

from nova_lite.api.compute.schemas.types import ANY_TEXT, METADATA, NUMBER_TEXT, TIME_TEXT, query, wrapped

LIST_QUERY = query({
    "limit": NUMBER_TEXT, "page_size": NUMBER_TEXT, "marker": ANY_TEXT, "offset": NUMBER_TEXT, "name": ANY_TEXT,
    "status": ANY_TEXT, "changes-since": TIME_TEXT, "server": ANY_TEXT, "type": ANY_TEXT, "minRam": NUMBER_TEXT,
    "minDisk": NUMBER_TEXT,
}, strict=False)
METADATA_BODY = wrapped("metadata", METADATA)
META_BODY = wrapped("meta", {**METADATA, "minProperties": 1, "maxProperties": 1})
