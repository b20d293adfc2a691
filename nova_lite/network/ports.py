"""Ports: MAC address, fixed addresses, security groups, and what is plugged into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import UNSET, UnsetType, structs

from nova_lite.core.clock import Clock
from nova_lite.core.errors import Conflict, Invalid, NotFound
from nova_lite.core.ids import new_hex
from nova_lite.network import allocation
from nova_lite.network.allocation import Plug
from nova_lite.network.drafts import NewPort, OptionDraft, PortChange, Wish, given, pairs
from nova_lite.network.registry import Registry, add
from nova_lite.network.store import NetworkStore, Records
from nova_lite.objects.network import (
    FLOATING_OWNER,
    GATEWAY_OWNER,
    INTERFACE_OWNER,
    DhcpOption,
    FixedIp,
    Port,
    PortOffer,
    SecurityGroup,
)

Default = Callable[[Records, str], SecurityGroup]
NETWORK_OWNED = (INTERFACE_OWNER, GATEWAY_OWNER, FLOATING_OWNER)
_BESIDES = ("security_groups", "fixed_ips", "allowed_address_pairs", "extra_dhcp_opts", "mac_address")


def new_mac() -> str:
    """A random MAC address under OpenStack's usual prefix."""
    digits = new_hex()
    return ":".join(("fa", "16", "3e", digits[0:2], digits[2:4], digits[4:6]))


class Ports(Registry[Port, NewPort, PortChange]):
    """Ports."""

    kind = Port
    resource = "port"

    def __init__(self, store: NetworkStore, clock: Clock, default: Default) -> None:
        """:param default: the default security group of a project, made where it is missing."""
        super().__init__(store, clock)
        self._default = default

    def _make(self, records: Records, project_id: str, draft: NewPort) -> Port:
        return self.make(records, project_id, draft)

    def make(
        self, records: Records, project_id: str, draft: NewPort, made_for_device: bool = False,
        offer: PortOffer | None = None,
    ) -> Port:
        """A new port, inside a transaction. Network-owned ones have no security groups. ``offer``: where the
        transaction holds the network already.

        :raises NotFound: the network or a group is not there. :raises Conflict: an address or the MAC is taken.
        """
        network, subnets = (offer.network, offer.subnets) if offer else records.ground(draft.network_id)
        mac = check_mac(draft.mac_address) if draft.mac_address is not UNSET else new_mac()
        plug = Plug(network.id, mac, draft.device_owner, subnets=subnets)
        secured = draft.port_security_enabled and not draft.device_owner.startswith("network:")
        return add(records, self._made(self._base(project_id, draft) | {
            "network_id": network.id, "mac_address": mac, "admin_state_up": draft.admin_state_up,
            "fixed_ips": _addresses(records, plug, draft.fixed_ips), "device_id": draft.device_id,
            "device_owner": draft.device_owner,
            "security_groups": self._groups(
                records, project_id, draft.security_groups, offer.default_group if offer else ""
            ) if secured else (),
            "allowed_address_pairs": pairs(draft.allowed_address_pairs, mac),
            "extra_dhcp_opts": _options(draft.extra_dhcp_opts),
            "port_security_enabled": draft.port_security_enabled, "dns_name": draft.dns_name,
            "binding_host": draft.binding_host, "binding_vnic_type": draft.binding_vnic_type,
            "binding_profile": draft.binding_profile or {}, "made_for_device": made_for_device,
            "status": _status("DOWN", draft.device_id, draft.device_owner),
        }))

    def _merge(self, records: Records, before: Port, change: PortChange) -> Port:
        return self.merge(records, before, change)

    def merge(self, records: Records, before: Port, change: PortChange) -> Port:
        """The port with a change applied, not yet written."""
        fields = given(change, *_BESIDES)
        blank = {name: "" for name in ("device_id", "device_owner", "binding_host") if fields.get(name, "") is None}
        after = structs.replace(before, **fields | blank)
        if isinstance(change.mac_address, str):
            after = structs.replace(after, mac_address=check_mac(change.mac_address))
        if isinstance(change.fixed_ips, tuple):
            plug = Plug(after.network_id, after.mac_address, after.device_owner, before)
            after = structs.replace(after, fixed_ips=_addresses(records, plug, change.fixed_ips))
        if not isinstance(change.security_groups, UnsetType):
            named = change.security_groups or ()
            after = structs.replace(after, security_groups=self._groups(records, before.project_id, named))
        if not isinstance(change.allowed_address_pairs, UnsetType):
            after = structs.replace(
                after, allowed_address_pairs=pairs(change.allowed_address_pairs, after.mac_address)
            )
        if not isinstance(change.extra_dhcp_opts, UnsetType):
            after = structs.replace(after, extra_dhcp_opts=_options(change.extra_dhcp_opts))
        status = _status(before.status, after.device_id, after.device_owner)
        return structs.replace(after, binding_profile=after.binding_profile or {}, status=status)

    def _groups(
        self, records: Records, project_id: str, named: Sequence[str] | UnsetType | None, default: str = ""
    ) -> tuple[str, ...]:
        """The security groups of a port: its project's default group when it names none."""
        if named is None or isinstance(named, UnsetType):
            return (default or self._default(records, project_id).id,) if project_id else ()
        wanted = tuple(dict.fromkeys(named))
        found = records.find(SecurityGroup, id=wanted, project_id=project_id) if wanted else []
        missing = next((id for id in wanted if id not in {group.id for group in found}), None)
        if missing is not None:
            raise NotFound(f"Security group {missing} does not exist", id=missing, type="SecurityGroupNotFound")
        return wanted

    def _clear_away(self, records: Records, record: Port) -> None:
        if record.device_owner in NETWORK_OWNED:
            raise Conflict(
                f"Port {record.id} cannot be deleted directly via the port API: has device owner "
                f"{record.device_owner}.", id=record.id, type="ServicePortInUse",
            )


def _status(before: str, device_id: str, device_owner: str) -> str:
    """A server's port is as its host has told; another one works as soon as it has a device."""
    if not device_id:
        return "DOWN"
    return before if device_owner.startswith("compute:") else "ACTIVE"


def check_mac(text: str) -> str:
    """A MAC address that one machine may have, in lower case.

    :raises Invalid: it is a group's address, or nobody's.
    """
    mac = text.lower()
    if int(mac[1], 16) & 1 or mac == "00:00:00:00:00:00":
        raise Invalid(f"'{text}' is not a valid MAC address of a machine.", field="mac_address")
    return mac


def _addresses(records: Records, plug: Plug, wishes: Sequence[Wish] | UnsetType) -> tuple[FixedIp, ...]:
    if isinstance(wishes, UnsetType):
        return allocation.usual(records, plug)
    return allocation.wished(records, plug, wishes)


def _options(drafts: Sequence[OptionDraft] | None) -> tuple[DhcpOption, ...]:
    return tuple(
        DhcpOption(opt_name=draft.opt_name, opt_value=draft.opt_value, ip_version=draft.ip_version)
        for draft in drafts or () if draft.opt_value is not None
    )
