"""Security groups as the compute API once showed them: what may come in, in its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nova_lite.objects.network import SecurityGroup, SecurityGroupRule

_ICMP = ("icmp", "icmpv6", "ipv6-icmp")


def _ports(rule: SecurityGroupRule) -> tuple[int | None, int | None]:
    if rule.port_range_min is None and rule.protocol in _ICMP:
        return -1, -1
    if rule.port_range_min is None and rule.protocol in ("tcp", "udp"):
        return 1, 65535
    return rule.port_range_min, rule.port_range_max


def rule(shown: SecurityGroupRule, source: SecurityGroup | None) -> dict[str, object]:
    """One rule; ``source`` is the group from whose members it lets in, None where it is a prefix."""
    first, last = _ports(shown)
    everywhere = "::/0" if shown.ethertype == "IPv6" else "0.0.0.0/0"
    return {
        "id": shown.id, "parent_group_id": shown.security_group_id, "ip_protocol": shown.protocol,
        "from_port": first, "to_port": last,
        "group": {} if source is None else {"name": source.name, "tenant_id": source.project_id},
        "ip_range": {} if shown.remote_group_id else {"cidr": shown.remote_ip_prefix or everywhere},
    }


def group(
    shown: SecurityGroup, rules: Sequence[SecurityGroupRule], sources: Mapping[str, SecurityGroup]
) -> dict[str, object]:
    """One group with its rules; what may go out was never told here."""
    return {
        "id": shown.id, "name": shown.name, "description": shown.description or "", "tenant_id": shown.project_id,
        "rules": [
            rule(one, sources.get(one.remote_group_id or "")) for one in rules if one.direction == "ingress"
        ],
    }
