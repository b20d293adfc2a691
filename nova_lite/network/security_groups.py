"""Security groups and their rules; every project has a default group, made when it is first needed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import structs

from nova_lite.core.errors import Conflict, Invalid, NotFound
from nova_lite.core.ids import new_uuid
from nova_lite.network import addresses
from nova_lite.network.drafts import Change, NewSecurityGroup, NewSecurityGroupRule, SecurityGroupChange, given
from nova_lite.network.registry import Registry, add
from nova_lite.network.store import Records
from nova_lite.objects.network import Query, SecurityGroup, SecurityGroupRule

DEFAULT = "default"
_FAMILIES = {"ipv4": "IPv4", "ipv6": "IPv6"}
_WITH_PORTS = ("tcp", "udp", "dccp", "sctp", "udplite", "6", "17", "33", "132", "136")
_ICMP = ("icmp", "icmpv6", "ipv6-icmp", "1", "58")
_PROTOCOLS = (
    "ah", "any", "dccp", "egp", "esp", "gre", "hopopt", "icmp", "icmpv6", "igmp", "ip", "ipip", "ipv6-encap",
    "ipv6-frag", "ipv6-icmp", "ipv6-nonxt", "ipv6-opts", "ipv6-route", "ospf", "pgm", "rsvp", "sctp", "tcp", "udp",
    "udplite", "vrrp",
)
_ONLY_V6 = ("icmpv6", "ipv6-icmp", "ipv6-encap", "ipv6-frag", "ipv6-nonxt", "ipv6-opts", "ipv6-route")


class SecurityGroups(Registry[SecurityGroup, NewSecurityGroup, SecurityGroupChange]):
    """Security groups."""

    kind = SecurityGroup
    resource = "security_group"

    def page(self, query: Query) -> list[SecurityGroup]:
        if query.project_id:
            self.ensure_default(query.project_id)
        return super().page(query)

    def create(self, project_id: str, drafts: Sequence[NewSecurityGroup]) -> list[SecurityGroup]:
        if any(draft.name == DEFAULT for draft in drafts):
            raise Conflict("Default security group already exists.", type="SecurityGroupDefaultAlreadyExists")
        self.ensure_default(project_id)
        return super().create(project_id, drafts)

    def ensure_default(self, project_id: str) -> None:
        """Make a project's default group where it is missing. Several may try at once."""
        if not project_id or self._store.read(lambda records: records.find(SecurityGroup, unique_key=project_id)):
            return
        self._store.transact(lambda records: self.default(records, project_id))

    def default(self, records: Records, project_id: str) -> SecurityGroup:
        """A project's default group, inside a transaction: made there where it is missing. Who makes it has the
        project's turn: nobody else makes it meanwhile.
        """
        found = records.find(SecurityGroup, unique_key=project_id)
        if not found:
            records.take_turn(project_id)
            found = records.find(SecurityGroup, unique_key=project_id)
        return found[0] if found else self._default(records, project_id)

    def rules_of(self, groups: Sequence[SecurityGroup]) -> dict[str, list[SecurityGroupRule]]:
        """The rules of each of these groups: one question, however many they are."""
        found: dict[str, list[SecurityGroupRule]] = {group.id: [] for group in groups}
        if found:
            for rule in self._store.read(
                lambda records: records.find(SecurityGroupRule, security_group_id=list(found))
            ):
                found[rule.security_group_id].append(rule)
        return found

    def _default(self, records: Records, project_id: str) -> SecurityGroup:
        fields = self._base(project_id, NewSecurityGroup(name=DEFAULT, description="Default security group"))
        group = add(records, self._made(fields | {"unique_key": project_id}))
        self._let_out(records, group)
        for family in _FAMILIES.values():
            records.add(self._rule(group, direction="ingress", ethertype=family, remote_group_id=group.id))
        return group

    def _make(self, records: Records, project_id: str, draft: NewSecurityGroup) -> SecurityGroup:
        fields = self._base(project_id, draft)
        group = add(records, self._made(fields | {"unique_key": fields["id"], "stateful": draft.stateful}))
        self._let_out(records, group)
        return group

    def _let_out(self, records: Records, group: SecurityGroup) -> None:
        for family in _FAMILIES.values():
            records.add(self._rule(group, direction="egress", ethertype=family))

    def _rule(self, group: SecurityGroup, **fields: str) -> SecurityGroupRule:
        now = self._clock.now()
        return SecurityGroupRule(
            id=new_uuid(), project_id=group.project_id, created_at=now, updated_at=now, security_group_id=group.id,
            direction=fields["direction"], ethertype=fields["ethertype"],
            remote_group_id=fields.get("remote_group_id"),
        )

    def _merge(self, records: Records, before: SecurityGroup, change: SecurityGroupChange) -> SecurityGroup:
        if before.is_default and change.name not in (before.name, *_UNNAMED):
            raise Conflict(
                "Updating the name of the default security group is not allowed.", id=before.id,
                type="SecurityGroupCannotUpdateDefault",
            )
        if change.name == DEFAULT and not before.is_default:
            raise Conflict(
                "Default security group already exists.", id=before.id, type="SecurityGroupDefaultAlreadyExists",
            )
        return structs.replace(before, **given(change))

    def _clear_away(self, records: Records, record: SecurityGroup) -> None:
        if records.group_in_use(record.id):
            raise Conflict(f"Security Group {record.id} in use.", id=record.id, type="SecurityGroupInUse")
        for rule in records.find(SecurityGroupRule, security_group_id=record.id):
            records.remove(rule)
        for rule in records.find(SecurityGroupRule, remote_group_id=record.id):
            records.remove(rule)


_UNNAMED = (SecurityGroupChange().name,)


class SecurityGroupRules(Registry[SecurityGroupRule, NewSecurityGroupRule, Change]):
    """Rules. They are made and deleted, never changed."""

    kind = SecurityGroupRule
    resource = "security_group_rule"

    def _make(self, records: Records, project_id: str, draft: NewSecurityGroupRule) -> SecurityGroupRule:
        fields = checked(draft)
        group = records.hold(SecurityGroup, draft.security_group_id)
        if draft.remote_group_id is not None and not records.find(SecurityGroup, id=draft.remote_group_id):
            raise NotFound(
                f"Security group {draft.remote_group_id} does not exist", id=draft.remote_group_id,
                type="SecurityGroupNotFound",
            )
        same = records.find(SecurityGroupRule, security_group_id=group.id, **fields)
        if same:
            raise Conflict(
                f"Security group rule already exists. Rule id is {same[0].id}.", id=same[0].id,
                type="SecurityGroupRuleExists",
            )
        return add(records, self._made(
            self._base(group.project_id, draft) | fields | {"security_group_id": group.id}
        ))


def checked(draft: NewSecurityGroupRule) -> dict[str, str | int | None]:
    """What a rule says, in canonical form.

    :raises Invalid: names what cannot be, or does not go together.
    """
    family = _FAMILIES.get(str(draft.ethertype).lower())
    if family is None:
        raise Invalid(f"Security group rule for ethertype '{draft.ethertype}' not supported. Allowed values are "
                      "['IPv4', 'IPv6'].", field="ethertype", type="SecurityGroupRuleInvalidEtherType")
    protocol = _protocol(draft, family)
    _check_ports(draft, protocol)
    if draft.remote_ip_prefix and draft.remote_group_id:
        raise Invalid(
            "Only remote_ip_prefix or remote_group_id may be provided.", field="remote_ip_prefix",
            type="SecurityGroupRemoteGroupAndRemoteIpPrefix",
        )
    return {
        "direction": draft.direction, "ethertype": family, "protocol": protocol,
        "port_range_min": draft.port_range_min, "port_range_max": draft.port_range_max,
        "remote_ip_prefix": _prefix(draft.remote_ip_prefix, family), "remote_group_id": draft.remote_group_id,
    }


def _protocol(draft: NewSecurityGroupRule, family: str) -> str | None:
    if draft.protocol is None or str(draft.protocol).lower() in ("any", "0", ""):
        return None
    protocol = str(draft.protocol).lower()
    number = re.fullmatch(r"[0-9]{1,3}", protocol)
    if protocol not in (*_PROTOCOLS, *_WITH_PORTS) and not (number and int(protocol) <= 255):
        raise Invalid(f"Security group rule protocol {protocol} not supported. Only protocol values "
                      f"{list(_PROTOCOLS)} and integer representations [0 to 255] are supported.", field="protocol",
                      type="SecurityGroupRuleInvalidProtocol")
    if protocol in _ONLY_V6 and family == "IPv4":
        raise Invalid(
            f"Invalid ethertype {family} for protocol {protocol}.", field="protocol",
            type="SecurityGroupEthertypeConflictWithProtocol",
        )
    return protocol


def _check_ports(draft: NewSecurityGroupRule, protocol: str | None) -> None:
    low, high = draft.port_range_min, draft.port_range_max
    if low is None and high is None:
        return
    if protocol is None:
        raise Invalid(
            "Must also specify protocol if port range is given.", field="protocol",
            type="SecurityGroupProtocolRequiredWithPorts",
        )
    if protocol in _ICMP:
        for name, field, value in (("type", "port_range_min", low), ("code", "port_range_max", high)):
            if value is not None and not 0 <= value <= 255:
                raise Invalid(
                    f"Invalid value for ICMP {name} ({field}) {value}: 0 to 255.", field=field,
                    type="SecurityGroupInvalidIcmpValue",
                )
        if low is None:
            raise Invalid(f"ICMP code (port-range-max) {high} is provided but ICMP type (port-range-min) is missing.",
                          field="port_range_min", type="SecurityGroupMissingIcmpType")
    elif protocol in _WITH_PORTS:
        for value in (low, high):
            if value is not None and not 1 <= value <= 65535:
                raise Invalid(
                    f"Invalid value for port {value}: 1 to 65535.", field="port_range_min",
                    type="SecurityGroupInvalidPortValue",
                )
        if low is None or high is None or low > high:
            raise Invalid(
                "For TCP/UDP protocols, port_range_min must be <= port_range_max", field="port_range_min",
                type="SecurityGroupInvalidPortRange",
            )
    else:
        raise Invalid(
            f"Protocol {protocol} has no ports.", field="port_range_min", type="SecurityGroupInvalidProtocolForPort",
        )


def _prefix(text: str | None, family: str) -> str | None:
    if not text:
        return None
    whole = text if "/" in text else f"{addresses.ip(text)}/{addresses.ip(text).max_prefixlen}"
    found = addresses.block(whole, "remote_ip_prefix")
    if f"IPv{found.version}" != family:
        raise Invalid(
            f"Conflicting value ethertype {family} for CIDR {text}", field="remote_ip_prefix",
            type="SecurityGroupRuleParameterConflict",
        )
    return whole  # as it was written, with the bits of a host in it, as Neutron shows it
