"""The user-mode network has the addresses of the record, and QEMU's own ones are nobody's."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_lite.objects.nic import Nic
from nova_lite.virt.libvirt.slirp import SlirpPlan, plan_slirp
from tests.builders.guests import a_nic, a_nic_at


def test_the_guest_has_its_address_and_its_gateway() -> None:
    nic = a_nic_at("fd00::5", "10.1.0.2", cidr="10.1.0.0/20", gateway="10.1.0.1")
    assert plan_slirp(nic) == SlirpPlan(
        cidr="10.1.0.0/20", guest="10.1.0.2", gateway="10.1.0.1", nameserver="10.1.15.254"
    )


def test_without_a_gateway_qemu_takes_another_address() -> None:
    nic = a_nic_at("10.1.0.254", cidr="10.1.0.0/24")
    assert plan_slirp(nic) == SlirpPlan(
        cidr="10.1.0.0/24", guest="10.1.0.254", gateway="10.1.0.253", nameserver="10.1.0.252"
    )


@pytest.mark.parametrize("nic", [
    a_nic(addresses=("10.1.0.2",)), a_nic_at("fd00::5", cidr="fd00::/64"), a_nic_at("10.1.0.1", cidr="10.1.0.0/30"),
    a_nic_at("10.2.0.1", cidr="10.1.0.0/24"),
], ids=["unknown", "of version 6", "too small", "elsewhere"])
def test_what_is_not_known_or_too_small_is_left_to_qemu(nic: Nic) -> None:
    assert plan_slirp(nic) is None


@given(st.integers(0, 2**32 - 1), st.integers(4, 29), st.integers(1, 2**28), st.integers(0, 2**28))
def test_three_addresses_differ_and_are_machines(base: int, prefix: int, guest: int, gateway: int) -> None:
    block = ipaddress.IPv4Network((base, prefix), strict=False)
    machines = block.num_addresses - 2
    address = str(block.network_address + 1 + guest % machines)
    found = plan_slirp(a_nic_at(
        address, cidr=str(block), gateway=str(block.network_address + 1 + gateway % machines)
    ))
    assert found is not None
    three = {ipaddress.IPv4Address(text) for text in (found.guest, found.gateway, found.nameserver)}
    assert len(three) == 3
    assert not three & {block.network_address, block.broadcast_address}
    assert all(one in block for one in three)
