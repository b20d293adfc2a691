"""Networks."""

from __future__ import annotations

from msgspec import structs

from nova_lite.core.errors import Conflict
from nova_lite.network.drafts import NetworkChange, NewNetwork, given
from nova_lite.network.registry import Registry, add
from nova_lite.network.store import Records
from nova_lite.objects.network import FloatingIp, Network, Port, Router, Subnet

_NOT_KEPT = (
    "project_id", "tenant_id", "network_type", "physical_network", "segment", "availability_zone_hints", "name",
    "description",
)


class Networks(Registry[Network, NewNetwork, NetworkChange]):
    """Networks. One goes with its subnets, and floating addresses that lead nowhere, if nothing is plugged in."""

    kind = Network
    resource = "network"

    def _make(self, records: Records, project_id: str, draft: NewNetwork) -> Network:
        fields = self._base(project_id, draft) | given(draft, *_NOT_KEPT)
        return add(records, self._made(fields | {"mtu": draft.mtu or 1500, "segment": draft.segment or 0}))

    def _merge(self, records: Records, before: Network, change: NetworkChange) -> Network:
        after = structs.replace(before, **given(change))
        if before.shared and not after.shared:
            others = {port.project_id for port in records.find(Port, network_id=before.id)} - {before.project_id, ""}
            if others:
                raise Conflict(
                    f"Unable to reconfigure sharing settings for network {before.id}. Multiple projects are using it.",
                    type="InvalidSharedSetting",
                )
        if before.external and not after.external and records.find(FloatingIp, floating_network_id=before.id):
            raise Conflict(
                f"External network {before.id} cannot be updated: floating IPs use it.", type="ExternalNetworkInUse",
            )
        return after

    def _clear_away(self, records: Records, record: Network) -> None:
        ports = {port.id: port for port in records.find(Port, network_id=record.id)}
        # None of them begins to lead somewhere meanwhile: that needs a router with its gateway here.
        floating = records.find(FloatingIp, floating_network_id=record.id)
        loose = [one for one in floating if not one.port_id]
        going = [ports.pop(one.own_port_id) for one in loose if one.own_port_id in ports]
        busy = list(ports.values())
        routers = records.find(Router, gateway_network_id=record.id)
        if busy or routers:
            raise Conflict(
                f"Unable to complete operation on network {record.id}. There are one or more ports still in use on "
                f"the network, id for these ports is: {', '.join(port.id for port in busy[:10])}.", id=record.id,
                type="NetworkInUse",
            )
        for gone in (*loose, *going, *records.find(Subnet, network_id=record.id)):
            records.remove(gone)

    def with_subnets(self, networks: list[Network]) -> dict[str, list[Subnet]]:
        """The subnets of each of these networks: one question, however many they are."""
        found: dict[str, list[Subnet]] = {network.id: [] for network in networks}
        if found:
            for subnet in self._store.read(lambda records: records.find(Subnet, network_id=list(found))):
                found[subnet.network_id].append(subnet)
        return found
