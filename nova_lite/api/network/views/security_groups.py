"""Security groups and their rules as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence

from nova_lite.api.network.views.record import base
from nova_lite.objects.network import SecurityGroup, SecurityGroupRule


def show(group: SecurityGroup, rules: Sequence[SecurityGroupRule]) -> dict[str, object]:
    return base(group) | {
        "stateful": group.stateful, "shared": False, "security_group_rules": [rule(one) for one in rules],
    }


def rule(rule: SecurityGroupRule) -> dict[str, object]:
    """One rule."""
    shown = base(rule)
    return {name: shown[name] for name in shown if name not in ("name", "tags")} | {
        "security_group_id": rule.security_group_id, "direction": rule.direction, "ethertype": rule.ethertype,
        "protocol": rule.protocol, "port_range_min": rule.port_range_min, "port_range_max": rule.port_range_max,
        "remote_ip_prefix": rule.remote_ip_prefix, "remote_group_id": rule.remote_group_id,
        "remote_address_group_id": None, "belongs_to_default_sg": None,
    }
