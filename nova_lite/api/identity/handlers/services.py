"""Services of the catalog."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.identity.collection import Collection, IdentityRequest, flag, made, split, text, text_in
from nova_lite.api.identity.views import services as view
from nova_lite.core.ids import new_hex
from nova_lite.objects.identity import CatalogService


def _build(request: IdentityRequest, body: Mapping[str, object]) -> CatalogService:
    return made(CatalogService, id=new_hex(), **change(body))


def change(body: Mapping[str, object]) -> dict[str, object]:
    changes = split(body, ("type", "name", "enabled", "description"))
    changes.update({name: text_in(body, name) for name in ("name", "description") if name in body})
    return changes


SERVICES = Collection(
    name="service", plural="services", nouns=lambda identity: identity.catalog.services, build=_build, change=change,
    view=view.show, filters={"type": text, "name": text, "enabled": flag},
)
