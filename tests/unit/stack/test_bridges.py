"""The block of a cloud's private network: one that the machine has no route to."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.bridges import free_block
from stack.errors import StackError


@given(st.integers(0, 2**32), st.lists(st.integers(8, 24), max_size=4))
def test_a_block_is_nobodys(start: int, prefixes: list[int]) -> None:
    first = ipaddress.IPv4Network(free_block(start, []))
    taken = [first.supernet(new_prefix=prefix) if prefix < 20 else next(first.subnets(new_prefix=prefix))
             for prefix in prefixes if prefix > 10]
    block = ipaddress.IPv4Network(free_block(start, taken))
    assert block.subnet_of(ipaddress.IPv4Network("10.64.0.0/10")) and block.prefixlen == 20
    assert not any(block.overlaps(other) for other in taken)


def test_a_machine_with_routes_to_all_of_them_is_told() -> None:
    with pytest.raises(StackError, match="routes to all of"):
        free_block(5, [ipaddress.IPv4Network("10.0.0.0/8")])
