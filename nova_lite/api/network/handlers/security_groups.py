"""Security groups."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.network.collection import Collection
from nova_lite.api.network.listing import common
from nova_lite.api.network.services import NetworkRequest
from nova_lite.api.network.views import security_groups as views
from nova_lite.network.drafts import NewSecurityGroup, SecurityGroupChange
from nova_lite.objects.network import SecurityGroup


def view(request: NetworkRequest, groups: Sequence[SecurityGroup]) -> list[dict[str, object]]:
    rules = request.services.networking.security_groups.rules_of(groups)
    return [views.show(group, rules[group.id]) for group in groups]


COLLECTION = Collection(
    name="security_group", plural="security_groups", path="security-groups",
    nouns=lambda networking: networking.security_groups, draft=NewSecurityGroup, change=SecurityGroupChange,
    view=view, filters=common(flags=("stateful",)),
)
