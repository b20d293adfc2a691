"""What a network looks like on a host, decided from its interfaces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nova_lite.network.host.layout import lay_out
from nova_lite.network.host.names import names_of
from tests.builders.guests import a_nic, a_nic_at


def test_addresses_of_version_6_are_not_served() -> None:
    layout = lay_out([a_nic_at("fd00::5", cidr="fd00::/64", gateway="fd00::1", reachable=True)])
    assert (layout.gateways, layout.ways, layout.server, layout.hosts) == ((), (), (), ())


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
