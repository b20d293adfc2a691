"""What a network looks like on a host, decided from its interfaces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from nova_lite.network.host.layout import lay_out
from nova_lite.network.host.names import names_of
from nova_lite.objects.nic import Nic
from tests.builders.guests import a_nic, a_nic_at


def a_nic_of_6(mode: str, **changes: object) -> Nic:
    nic = a_nic_at("fd00::5", cidr="fd00::/64", gateway="fd00::1", reachable=True, mac_address="fa:16:3e:00:00:05")
    return replace(nic, subnets=(replace(nic.subnets[0], mode=mode, **changes),))


def test_addresses_of_version_6_without_a_mode_are_nobodys_business() -> None:
    layout = lay_out([a_nic_of_6("")])
    assert (layout.gateways, layout.ways, layout.server, layout.hosts) == ((), (), (), ())


def test_of_version_6_the_gateway_is_the_namespaces_and_the_host_has_no_way_in() -> None:
    layout = lay_out([a_nic_of_6("slaac", nameservers=("fd00::53", "192.0.2.53"))])
    assert (layout.gateways, layout.ways, layout.hosts) == (("fd00::1/64",), (), ())
    assert layout.server == (
        "dhcp-range=set:s0,fd00::,ra-only,64,24h", "dhcp-option=tag:s0,option6:dns-server,[fd00::53]", "enable-ra",
    )


def test_a_block_of_6_without_a_gateway_is_announced_by_who_is_no_way_out() -> None:
    layout = lay_out([a_nic_of_6("dhcpv6-stateful", gateway="")])
    assert (layout.gateways, layout.hosts) == (("fd00::/64",), ("fa:16:3e:00:00:05,[fd00::5]",))
    assert layout.server == ("dhcp-range=set:s0,fd00::,static,64,24h", "enable-ra", "ra-param=eth0,60,0")


def test_an_interface_with_both_versions_has_one_entry() -> None:
    four, six = a_nic_at("10.1.0.5", cidr="10.1.0.0/20"), a_nic_of_6("dhcpv6-stateful")
    layout = lay_out([replace(six, subnets=(*four.subnets, *six.subnets))])
    assert layout.hosts == ("fa:16:3e:00:00:05,10.1.0.5,[fd00::5]",)


def test_an_interface_of_no_known_subnet_changes_nothing() -> None:
    one = a_nic_at("10.1.0.5", cidr="10.1.0.0/20", gateway="10.1.0.1")
    assert lay_out([one, a_nic(mac_address="fa:16:3e:00:00:09")]) == lay_out([one])


def test_the_smallest_packets_of_all_fit_all() -> None:
    assert lay_out([a_nic(mtu=1500), a_nic(mtu=1400)]).mtu == 1400


def test_a_gateway_outside_its_subnet_is_not_ours() -> None:
    assert lay_out([a_nic_at("10.1.0.5", cidr="10.1.0.0/20", gateway="10.2.0.1", reachable=True)]).ways == ()


@given(st.lists(st.integers(2, 250), min_size=1, max_size=20, unique=True))
def test_the_order_of_interfaces_does_not_matter(numbers: list[int]) -> None:
    """Or the server would be started anew for nothing."""
    nics = [
        a_nic_at(f"10.1.0.{number}", cidr="10.1.0.0/24", gateway="10.1.0.1", mac_address=f"fa:16:3e:00:00:{number:02x}")
        for number in numbers
    ]
    assert lay_out(nics) == lay_out(nics[::-1])
    assert len(lay_out(nics).hosts) == len(nics)


@given(st.uuids())
def test_names_are_names_of_interfaces(network: object) -> None:
    names = names_of(str(network))
    assert all(len(name) <= 15 for name in (names.bridge, names.namespace, names.link))
