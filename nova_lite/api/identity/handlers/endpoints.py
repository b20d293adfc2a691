"""Endpoints of the catalog."""

from __future__ import annotations

from collections.abc import Mapping

from nova_lite.api.identity.collection import Collection, IdentityRequest, flag, made, split, text
from nova_lite.api.identity.views import endpoints as view
from nova_lite.core.ids import new_hex
from nova_lite.objects.identity import Endpoint

_FIELDS = ("service_id", "interface", "url", "region_id", "enabled")


def _build(request: IdentityRequest, body: Mapping[str, object]) -> Endpoint:
    return made(Endpoint, id=new_hex(), **change(body))


def change(body: Mapping[str, object]) -> dict[str, object]:
    """The changed fields; ``region`` is the older name of ``region_id``."""
    renamed = {name: value for name, value in body.items() if name != "region"}
    if "region" in body:
        renamed.setdefault("region_id", body["region"])
    return split(renamed, _FIELDS)


ENDPOINTS = Collection(
    name="endpoint", plural="endpoints", nouns=lambda identity: identity.catalog.endpoints, build=_build,
    change=change, view=view.show,
    filters={"interface": text, "service_id": text, "region_id": text, "enabled": flag},
)
