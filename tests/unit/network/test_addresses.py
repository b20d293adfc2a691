"""Arithmetic of addresses."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_lite.core.errors import Conflict, Invalid
from nova_lite.network import addresses
from nova_lite.network.drafts import NewSecurityGroupRule
from nova_lite.network.security_groups import checked
from nova_lite.network.subnets import blocks_overlap
from nova_lite.objects.network import HostRoute, Pool, Subnet


def a_subnet(cidr: str, *pools: tuple[str, str], cursor: str = "") -> Subnet:
    block = addresses.block(cidr)
    spans = tuple(Pool(start=start, end=end) for start, end in pools) or addresses.usual_pools(
        block, str(addresses.first(block))
    )
    return Subnet(
        id="s", project_id="p", network_id="n", ip_version=block.version, cidr=cidr, allocation_pools=spans,
        gateway_ip=None, cursor=cursor,
    )


@pytest.mark.parametrize(("cidr", "gateway", "pools"), [
    ("10.0.0.0/24", "10.0.0.1", [("10.0.0.2", "10.0.0.254")]),
    ("10.0.0.0/24", "10.0.0.9", [("10.0.0.1", "10.0.0.8"), ("10.0.0.10", "10.0.0.254")]),
    ("10.0.0.0/24", None, [("10.0.0.1", "10.0.0.254")]),
    ("10.0.0.0/31", None, [("10.0.0.0", "10.0.0.1")]),
    ("fd00::/126", "fd00::1", [("fd00::2", "fd00::3")]),
])
def test_usual_pools_are_all_but_the_gateway(cidr: str, gateway: str | None, pools: list[tuple[str, str]]) -> None:
    found = addresses.usual_pools(addresses.block(cidr), gateway)
    assert [(pool.start, pool.end) for pool in found] == pools


@pytest.mark.parametrize(("pools", "kind"), [
    ([("10.0.0.9", "10.0.0.2")], Invalid), ([("10.0.1.1", "10.0.1.2")], Invalid), ([("fd00::1", "fd00::2")], Invalid),
    ([("10.0.0.0", "10.0.0.9")], Invalid), ([("10.0.0.1", "10.0.0.9")], Conflict),
    ([("10.0.0.2", "10.0.0.9"), ("10.0.0.9", "10.0.0.12")], Conflict),
])
def test_pools_that_cannot_be_are_refused(pools: list[tuple[str, str]], kind: type[Exception]) -> None:
    spans = [Pool(start=start, end=end) for start, end in pools]
    with pytest.raises(kind):
        addresses.check_pools(spans, addresses.block("10.0.0.0/24"), "10.0.0.1")


def test_the_search_goes_on_after_the_last_one_and_comes_round() -> None:
    subnet = a_subnet("10.0.0.0/29", cursor="10.0.0.4")
    assert addresses.following(subnet, 9) == [f"10.0.0.{last}" for last in (5, 6, 2, 3, 4)]
    assert addresses.lowest_free(subnet, {"10.0.0.5", "10.0.0.6"}) == "10.0.0.2"
    assert addresses.lowest_free(subnet, {f"10.0.0.{last}" for last in range(8)}) is None


@given(st.integers(2, 30), st.integers(0, 2**32 - 1), st.integers(0, 40))
def test_following_addresses_are_in_the_pools_and_differ(length: int, number: int, cursor: int) -> None:
    block = ipaddress.ip_network((number, length), strict=False)
    at = str(block.network_address + min(cursor, block.num_addresses - 1))
    subnet = a_subnet(str(block), cursor=at)
    found = addresses.following(subnet, 20)
    assert len(set(found)) == len(found) == min(20, block.num_addresses - 3)
    low, high = addresses.bounds(block)
    assert all(low < int(ipaddress.ip_address(address)) <= high for address in found)


def test_a_huge_block_is_searched_in_no_time() -> None:
    assert addresses.following(a_subnet("2001:db8::/64"), 2) == ["2001:db8::2", "2001:db8::3"]


def test_a_machine_names_itself_by_its_mac() -> None:
    assert addresses.automatic(a_subnet("2001:db8::/64"), "00:16:3e:33:44:55") == "2001:db8::216:3eff:fe33:4455"


@pytest.mark.parametrize(("one", "other", "expected"), [
    ("10.0.0.0/8", "10.1.0.0/16", True), ("10.0.0.0/24", "10.0.1.0/24", False), ("10.0.0.0/8", "fd00::/8", False),
    ("fd00::/8", "fd00:1::/64", True),
])
def test_blocks_overlap(one: str, other: str, expected: bool) -> None:
    assert blocks_overlap(one, other) is expected


def test_routes_of_two_families_or_twice_are_refused() -> None:
    with pytest.raises(Invalid):
        addresses.check_routes([HostRoute(destination="10.0.0.0/8", nexthop="fd00::1")])
    with pytest.raises(Invalid):
        addresses.check_routes([HostRoute(destination="10.0.0.0/8", nexthop="10.0.0.1")] * 2)


@pytest.mark.parametrize(
    ("protocol", "expected"), [("TCP", "tcp"), (6, "6"), ("any", None), (None, None), ("58", "58")]
)
def test_protocols_have_one_name(protocol: str | int | None, expected: str | None) -> None:
    rule = NewSecurityGroupRule(security_group_id="g", direction="ingress", protocol=protocol, ethertype="ipv6")
    assert (checked(rule)["protocol"], checked(rule)["ethertype"]) == (expected, "IPv6")


@pytest.mark.parametrize(("low", "high", "words"), [
    (0, 80, "port 0"), (80, 65536, "port 65536"), (80, None, "must be <="), (None, 6, "must be <="),
])
def test_ports_of_rules_are_checked(low: int | None, high: int | None, words: str) -> None:
    rule = NewSecurityGroupRule(
        security_group_id="g", direction="ingress", protocol="tcp", port_range_min=low, port_range_max=high
    )
    with pytest.raises(Invalid, match=words):
        checked(rule)


@given(st.integers(24, 32), st.lists(st.tuples(st.integers(0, 255), st.integers(24, 32)), max_size=12))
def test_the_first_gap_is_what_a_search_block_by_block_finds(length: int, taken: list[tuple[int, int]]) -> None:
    whole = addresses.block("10.0.0.0/24")
    used = [addresses.block(f"10.0.0.{at}/{prefix}") for at, prefix in taken]
    candidates = (addresses.block(str(block)) for block in whole.subnets(new_prefix=length))
    expected = next((block for block in candidates if not any(addresses.overlap(block, one) for one in used)), None)
    assert addresses.first_gap(whole, length, used) == expected


def test_no_gap_is_larger_than_the_whole() -> None:
    whole, other = addresses.block("10.0.0.0/24"), addresses.block("fd00::/8")
    assert addresses.first_gap(whole, 16, []) is None
    assert addresses.first_gap(whole, 25, [other]) == addresses.block("10.0.0.0/25")
    assert not addresses.overlap(whole, other)
