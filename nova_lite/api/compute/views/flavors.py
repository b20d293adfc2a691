"""Flavors as the API shows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from nova_lite.api.compute.views.links import links
from nova_lite.api.compute.views.table import Field, at, render
from nova_lite.api.microversions import Microversion
from nova_lite.objects.flavor import Flavor

EXTRA_SPECS = "extra_specs"


@dataclasses.dataclass(frozen=True)
class Circumstances:
    """Of one answer."""

    base_url: str
    version: Microversion
    allowed: frozenset[str]


_BRIEF: tuple[Field[Flavor, Circumstances], ...] = (
    Field("id", lambda f, c: f.flavorid),
    Field("name", lambda f, c: f.name),
    Field("links", lambda f, c: links(c.base_url, f"flavors/{f.flavorid}")),
    Field("description", lambda f, c: f.description, since="2.55"),
)

_FULL: tuple[Field[Flavor, Circumstances], ...] = (
    *_BRIEF,
    Field("ram", lambda f, c: f.memory_mb),
    Field("disk", lambda f, c: f.root_gb),
    Field("swap", lambda f, c: f.swap or "", until="2.74"),
    Field("swap", lambda f, c: f.swap, since="2.75"),
    Field("vcpus", lambda f, c: f.vcpus),
    Field("os-flavor-access:is_public", lambda f, c: f.is_public),
    Field("OS-FLV-EXT-DATA:ephemeral", lambda f, c: f.ephemeral_gb),
    Field("OS-FLV-DISABLED:disabled", lambda f, c: f.disabled, until="2.101"),
    Field("rxtx_factor", lambda f, c: f.rxtx_factor, until="2.101"),
    Field("extra_specs", lambda f, c: dict(f.extra_specs), since="2.61", needs=EXTRA_SPECS),
)


def show(flavor: Flavor, c: Circumstances) -> dict[str, object]:
    """One flavor, in full."""
    return {"flavor": render(at(_FULL, c.version, c.allowed), flavor, c)}


def index(flavors: Sequence[Flavor], c: Circumstances, *, full: bool) -> list[dict[str, object]]:
    """Flavors of a listing."""
    chosen = at(_FULL if full else _BRIEF, c.version, c.allowed)
    return [render(chosen, flavor, c) for flavor in flavors]


def access(flavor: Flavor) -> dict[str, object]:
    """The projects that may use a private flavor."""
    return {
        "flavor_access": [{"flavor_id": flavor.flavorid, "tenant_id": project} for project in sorted(flavor.projects)]
    }
