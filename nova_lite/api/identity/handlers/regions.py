"""Regions. Unlike other records they may be created under an id of the client's choice."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.identity.collection import Collection, IdentityRequest, made, split, text, text_in
from nova_lite.api.identity.views import regions as view
from nova_lite.core.ids import new_hex
from nova_lite.objects.identity import Region


def _build(request: IdentityRequest, body: Mapping[str, object]) -> Region:
    id = request.path.get("region_id") or text_in(body, "id") or new_hex()
    return made(Region, id=id, **change(body))


def change(body: Mapping[str, object]) -> dict[str, object]:
    changes = split(body, ("description", "parent_region_id"))
    if "description" in changes:
        changes["description"] = text_in(body, "description")
    return changes


REGIONS = Collection(
    name="region", plural="regions", nouns=lambda identity: identity.catalog.regions, build=_build, change=change,
    view=view.show, filters={"parent_region_id": text},
)
