"""Addresses, groups and limits of networks on every database, with everybody at once."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest
from msgspec import structs

from nova_lite.core.clock import SystemClock
from nova_lite.core.errors import Conflict, NovaLiteError
from nova_lite.core.ids import new_uuid
from nova_lite.db.network import DatabaseNetworkStore
from nova_lite.db.session import Database
from nova_lite.db.writes import instances
from nova_lite.db.writes import network as writes
from nova_lite.network.drafts import NetworkChange, NewNetwork, NewPort, NewSubnet, Wish
from nova_lite.network.errors import NoMoreAddresses, OverQuota
from nova_lite.network.servers import NicWish, ServerPorts, Wishes
from nova_lite.network.service import Networking
from nova_lite.network.store import Records
from nova_lite.objects.network import Network, NetworkQuota, Port, Query
from nova_lite.objects.nic import NicSubnet
from nova_lite.objects.operation import Delete
from tests.builders.guests import NOW, an_instance
from tests.builders.operations import an_operation
from tests.contract.db.cloud import Cloud, a_new_instance, all_at_once

LIMITS = NetworkQuota(port=1000)
PROJECT = "p"


class Nets:
    """A network service over one database."""

    def __init__(self, database: Database, limits: NetworkQuota = LIMITS) -> None:
        self.store = DatabaseNetworkStore(database, limits, SystemClock())
        self.service = Networking(self.store, SystemClock(), limits)

    def network(self, cidr: str = "10.0.0.0/22", **fields: object) -> Network:
        made = self.service.networks.create(PROJECT, [NewNetwork(name="net")])[0]
        self.service.subnets.create(PROJECT, [NewSubnet(network_id=made.id, cidr=cidr)])
        return made

    def port(self, network: Network, *wishes: Wish) -> Port:
        asked = NewPort(network_id=network.id, fixed_ips=wishes) if wishes else NewPort(network_id=network.id)
        return self.service.ports.create(PROJECT, [asked])[0]


@pytest.fixture
def nets(database: Database) -> Nets:
    return Nets(database)


def together(number: int, work: Callable[[int], None]) -> None:
    """Do so much work by eight at once; what one of them failed with is raised."""
    def some(first: int) -> None:
        for item in range(first, number, 8):
            work(item)

    for outcome in all_at_once(*(functools.partial(some, first) for first in range(8))):
        if outcome is not None:
            raise outcome


def test_two_hundred_at_once_get_two_hundred_addresses(nets: Nets) -> None:
    network, found = nets.network(), []
    together(200, lambda item: found.append(nets.port(network).fixed_ips[0].ip_address))
    assert len(set(found)) == 200


def test_one_address_asked_for_by_many_goes_to_one(nets: Nets) -> None:
    network, outcomes = nets.network(), []

    def ask(item: int) -> None:
        try:
            outcomes.append(nets.port(network, Wish(ip_address="10.0.1.7")).id)
        except Conflict as error:
            assert "10.0.1.7 already allocated" in error.message
            outcomes.append("refused")

    together(24, ask)
    assert len([outcome for outcome in outcomes if outcome != "refused"]) == 1


def test_the_last_address_goes_to_one_and_comes_back(nets: Nets) -> None:
    network, outcomes = nets.network("10.0.0.0/29"), []  # five are left beside the gateway's

    def ask(item: int) -> None:
        try:
            outcomes.append(nets.port(network).fixed_ips[0].ip_address)
        except NoMoreAddresses:
            outcomes.append("none")

    together(16, ask)
    assert sorted(set(outcomes) - {"none"}) == [f"10.0.0.{last}" for last in range(2, 7)]
    assert outcomes.count("none") == 11
    port = nets.service.ports.page(Query(where=(("fixed_ips", ("ip_address=10.0.0.4",)),)))[0]
    nets.service.ports.delete(port.id)
    assert nets.port(network).fixed_ips[0].ip_address == "10.0.0.4"


def test_addresses_go_round_and_pass_over_those_that_are_taken(nets: Nets) -> None:
    network = nets.network("10.0.0.0/28")
    given = [nets.port(network).fixed_ips[0].ip_address]
    nets.port(network, Wish(ip_address="10.0.0.3"))
    nets.port(network, Wish(ip_address="10.0.0.4"))
    given += [nets.port(network).fixed_ips[0].ip_address for _ in range(2)]
    assert given == ["10.0.0.2", "10.0.0.5", "10.0.0.6"]
    # One port that asks for two addresses of its subnet gets two.
    subnet = nets.service.subnets.page(Query())[0]
    both = nets.port(network, Wish(subnet_id=subnet.id), Wish(subnet_id=subnet.id))
    assert [fixed.ip_address for fixed in both.fixed_ips] == ["10.0.0.7", "10.0.0.8"]
    given += [nets.port(network).fixed_ips[0].ip_address for _ in range(6)]
    assert given[-6:] == [f"10.0.0.{last}" for last in range(9, 15)]
    freed = nets.service.ports.page(Query(where=(("fixed_ips", ("ip_address=10.0.0.2",)),)))[0]
    nets.service.ports.delete(freed.id)
    assert nets.port(network).fixed_ips[0].ip_address == "10.0.0.2"


def test_a_limit_holds_when_many_ask_at_once(database: Database) -> None:
    nets = Nets(database, NetworkQuota(port=5))
    network, refused = nets.network(), []

    def ask(item: int) -> None:
        try:
            nets.port(network)
        except OverQuota as error:
            refused.append(error.message)

    together(20, ask)
    assert len(refused) == 15
    assert nets.service.quotas.used(PROJECT)["port"] == 5


def test_a_project_gets_one_default_group_however_many_need_it(nets: Nets) -> None:
    together(24, lambda item: nets.service.security_groups.ensure_default("fresh"))
    groups = nets.service.security_groups.page(Query(project_id="fresh"))
    assert [group.name for group in groups] == ["default"]
    assert len(nets.service.security_groups.rules_of(groups)[groups[0].id]) == 4


def test_overlapping_subnets_are_refused_even_at_once(nets: Nets) -> None:
    network, made = nets.service.networks.create(PROJECT, [NewNetwork(name="net")])[0], []

    def ask(item: int) -> None:
        try:
            made.extend(nets.service.subnets.create(PROJECT, [NewSubnet(network_id=network.id, cidr="10.0.0.0/24")]))
        except NovaLiteError as error:
            assert "overlaps with another subnet" in error.message

    together(16, ask)
    assert len(made) == 1


def test_a_change_of_what_was_changed_meanwhile_is_refused(nets: Nets) -> None:
    network = nets.network()
    nets.service.networks.update(network.id, NetworkChange(name="other"))
    with pytest.raises(Conflict, match="changed by somebody else"):
        nets.store.transact(lambda records: records.replace(network, structs.replace(network, name="mine")))


def test_a_server_and_its_ports_are_accepted_together_and_go_together(nets: Nets, database: Database) -> None:
    network = nets.network()
    own = nets.port(network)
    ports = ServerPorts(nets.service.ports, nets.service.security_groups, SystemClock())
    server = an_instance(project_id=PROJECT)
    wanted = Wishes(nics=(NicWish(network_id=network.id), NicWish(port_id=own.id)))
    nics = nets.store.transact(lambda records: ports.allocate(records, server, wanted))
    assert [nic.network for nic in nics] == ["net", "net"]
    assert nics[0].subnets == (NicSubnet(address=nics[0].addresses[0], cidr="10.0.0.0/22", gateway="10.0.0.1"),)
    held = nets.service.ports.page(Query(where=(("device_id", (server.uuid,)),)))
    assert {port.id for port in held} == {nic.id for nic in nics}
    database.transact(lambda tx: writes.release_server(tx, server.uuid, 1.0))
    left = nets.service.ports.page(Query())
    assert [(port.id, port.device_id) for port in left] == [(own.id, "")]


def test_what_was_refused_leaves_nothing(nets: Nets) -> None:
    network = nets.network()
    ports = ServerPorts(nets.service.ports, nets.service.security_groups, SystemClock())
    wanted = Wishes(nics=(NicWish(network_id=network.id), NicWish(port_id="nothing")))
    with pytest.raises(NovaLiteError, match="nothing could not be found"):
        nets.store.transact(lambda records: ports.allocate(records, an_instance(project_id=PROJECT), wanted))
    assert nets.service.ports.page(Query()) == []


def test_pages_go_on_where_the_last_one_ended(nets: Nets) -> None:
    network = nets.network()
    for _ in range(7):
        nets.port(network)
    whole = [port.id for port in nets.service.ports.page(Query(sort=(("mac_address", True),)))]
    first = nets.service.ports.page(Query(sort=(("mac_address", True),), limit=4))
    second = nets.service.ports.page(Query(sort=(("mac_address", True),), limit=4, marker=first[-1].id))
    back = nets.service.ports.page(
        Query(sort=(("mac_address", True),), limit=4, marker=second[0].id, reverse=True)
    )
    assert [port.id for port in first + second] == whole
    assert [port.id for port in back] == whole[:4]


def test_tags_select(nets: Nets) -> None:
    for name, tags in (("a", ("red",)), ("b", ("red", "blue")), ("c", ('re"d',))):
        made = nets.service.networks.create(PROJECT, [NewNetwork(name=name)])[0]
        nets.service.networks.set_tags(made.id, tags)

    def names(field: str, *values: str) -> list[str]:
        return sorted(network.name for network in nets.service.networks.page(Query(where=((field, values),))))

    assert names("tags", "red") == ["a", "b"]
    assert names("tags", "red,blue") == ["b"]
    assert names("tags-any", 'blue,re"d') == ["b", "c"]
    assert names("not-tags", "red") == ["c"]


def test_the_end_of_a_server_is_the_end_of_its_ports(nets: Nets, database: Database) -> None:
    network = nets.network()
    ports = ServerPorts(nets.service.ports, nets.service.security_groups, SystemClock())
    server = a_new_instance(project_id=PROJECT)
    Cloud(database).accept(server)
    nets.store.transact(
        lambda records: ports.allocate(records, server, Wishes(nics=(NicWish(network_id=network.id),)))
    )
    deletion = an_operation(server, arguments=Delete())
    database.transact(lambda tx: instances.start_delete(tx, deletion, NOW, project_id=None, override_lock=False))
    assert nets.service.ports.page(Query()) == []


def _like(port: Port, mac_address: str) -> Port:
    return structs.replace(port, id=new_uuid(), mac_address=mac_address, fixed_ips=(), security_groups=())


def test_a_mac_address_that_somebody_has_is_drawn_again(nets: Nets) -> None:
    port = nets.port(nets.network())
    drawn = iter((port.mac_address, port.mac_address, "fa:16:3e:00:00:01"))

    def write(records: Records) -> Port:
        made = _like(port, next(drawn))
        records.add(made)
        return made

    made = nets.store.transact(write)
    assert nets.store.read(lambda records: records.get(Port, made.id)).mac_address == "fa:16:3e:00:00:01"


def test_a_mac_address_that_somebody_has_and_another_wants_is_refused(nets: Nets) -> None:
    port = nets.port(nets.network())
    with pytest.raises(Conflict, match=f"The mac address {port.mac_address} is in use"):
        nets.store.transact(lambda records: records.add(_like(port, port.mac_address)))
