"""Rules of security groups."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.network.collection import Collection
from nova_lite.api.network.listing import common
from nova_lite.api.network.services import NetworkRequest, viewer
from nova_lite.api.network.views import security_groups as views
from nova_lite.network.drafts import Change, NewSecurityGroupRule
from nova_lite.objects.network import SecurityGroupRule


def view(request: NetworkRequest, rules: Sequence[SecurityGroupRule]) -> list[dict[str, object]]:
    return [views.rule(rule) for rule in rules]


def admit(request: NetworkRequest, draft: NewSecurityGroupRule) -> None:
    """A rule is made by the owner of its group, and names only groups that its maker sees."""
    groups = request.services.networking.security_groups
    group = groups.show(viewer(request), draft.security_group_id)
    request.authorize({"project_id": group.project_id})
    if draft.remote_group_id:
        groups.show(viewer(request), draft.remote_group_id)


_NO_CHANGE: type[Change] | None = None

COLLECTION = Collection(
    name="security_group_rule", plural="security_group_rules", path="security-group-rules",
    nouns=lambda networking: networking.security_group_rules, draft=NewSecurityGroupRule, change=_NO_CHANGE,
    view=view, admit=admit,
    filters=common(
        "security_group_id", "direction", "ethertype", "protocol", "remote_ip_prefix", "remote_group_id",
        numbers=("port_range_min", "port_range_max"),
    ),
)
