"""Server groups as the API shows them."""

from __future__ import annotations

from nova_lite.api.compute.views.table import Field, at, render
from nova_lite.api.microversions import Microversion
from nova_lite.objects.server_group import ServerGroup

_FIELDS: tuple[Field[ServerGroup, None], ...] = (
    Field("id", lambda g, _: g.uuid),
    Field("name", lambda g, _: g.name),
    Field("policies", lambda g, _: [g.policy.value], until="2.63"),
    Field("metadata", lambda g, _: {}, until="2.63"),
    Field("policy", lambda g, _: g.policy.value, since="2.64"),
    Field("rules", lambda g, _: {"max_server_per_host": g.max_per_host} if g.limited else {}, since="2.64"),
    Field("members", lambda g, _: list(g.members)),
    Field("project_id", lambda g, _: g.project_id, since="2.13"),
    Field("user_id", lambda g, _: g.user_id, since="2.13"),
)


def show(group: ServerGroup, version: Microversion) -> dict[str, object]:
    """One group, without a name around it."""
    return render(at(_FIELDS, version, frozenset()), group, None)
