"""Interfaces of servers, in front of a network service."""

from __future__ import annotations

from nova_lite.db.network import DatabaseNetworkStore
from nova_lite.network.drafts import NewNetwork, NewSubnet
from nova_lite.network.service import Networking
from nova_lite.objects.network import NetworkQuota, Query
from nova_lite.rpc.drivers.base import Incoming
from nova_lite.rpc.drivers.local import LocalListener
from nova_lite.rpc.target import Target
from tests.functional.api.cloud import HOST, PROJECT, ComputeCloud


class Hasty:
    """A host; before whoever asked for an interface is answered, somebody has removed its port again."""

    def __init__(self, networking: Networking) -> None:
        self._networking = networking
        self.removed: list[str] = []

    def room(self) -> bool:
        return True

    def accept(self, incoming: Incoming) -> None:
        ports = self._networking.ports
        for port in ports.page(Query(project_id=PROJECT)):
            ports.delete(port.id)
            self.removed.append(port.id)

    def lost(self, error: BaseException) -> None:
        """It does not get lost."""


def test_an_interface_that_is_gone_already_is_told_as_it_was_given(networked: ComputeCloud) -> None:
    networking = Networking(
        DatabaseNetworkStore(networked.database, NetworkQuota(), networked.clock), networked.clock, NetworkQuota()
    )
    (network,) = networking.networks.create(PROJECT, [NewNetwork(name="net")])
    networking.subnets.create(PROJECT, [NewSubnet(network_id=network.id, cidr="10.0.0.0/24")])
    server = networked.active(networks="none")
    host = Hasty(networking)
    listener = LocalListener(networked.exchange, Target("compute", HOST), host)
    networked.exchange.add(listener)
    listener.start()
    body = {"interfaceAttachment": {"net_id": network.id}}
    answer = networked.ask("POST", f"/servers/{server}/os-interface", body)
    assert answer.status == 200, answer.body
    assert [answer.at("interfaceAttachment", "port_id")] == host.removed
    assert answer.at("interfaceAttachment", "net_id") == network.id
    assert networked.ask("GET", f"/servers/{server}/os-interface").json == {"interfaceAttachments": []}
