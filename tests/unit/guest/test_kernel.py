from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guest.errors import GuestBuildError
from guest.kernel import Kernel, dependency_file, depends_of, load_order, unsigned

NETWORK = {"virtio_net": ("net_failover", "virtio"), "net_failover": ("failover",), "failover": (), "virtio": ()}
MARK = b"~Module signature appended~\n"


def signed(module: bytes, signature: bytes) -> bytes:
    return module + signature + bytes(8) + len(signature).to_bytes(4, "big") + MARK


def test_modules_load_after_what_they_need() -> None:
    order = load_order(["virtio_net"], NETWORK)
    assert order[-1] == "virtio_net"
    assert order.index("failover") < order.index("net_failover")
    assert set(order) == set(NETWORK)


def test_order_of_wishes_is_kept_and_nothing_loads_twice() -> None:
    assert load_order(["virtio", "virtio_net", "failover", "virtio"], NETWORK)[0] == "virtio"
    assert len(load_order(["virtio_net", "virtio_net"], NETWORK)) == len(NETWORK)


def test_dashes_in_a_wish_mean_underscores() -> None:
    assert load_order(["net-failover"], NETWORK) == ("failover", "net_failover")


def test_a_module_that_does_not_exist_is_named() -> None:
    with pytest.raises(GuestBuildError, match=r"no module lost \(needed for virtio\)"):
        load_order(["virtio"], {"virtio": ("lost",)})


def test_a_cycle_is_refused() -> None:
    with pytest.raises(GuestBuildError, match="depend on each other"):
        load_order(["a"], {"a": ("b",), "b": ("a",)})


@given(st.lists(st.sets(st.integers(0, 9)), min_size=10, max_size=10), st.lists(st.integers(0, 9)))
def test_any_graph_without_cycles_is_ordered(edges: list[set[int]], wanted: list[int]) -> None:
    depends = {f"m{a}": tuple(f"m{b}" for b in sorted(found) if b < a) for a, found in enumerate(edges)}
    order = load_order([f"m{a}" for a in wanted], depends)
    assert len(set(order)) == len(order)
    for place, name in enumerate(order):
        assert set(depends[name]) <= set(order[:place])


def test_dependency_file_has_a_line_per_module_nearest_first() -> None:
    text = dependency_file(load_order(["net_failover"], NETWORK), NETWORK)
    assert text == "failover.ko:\nnet_failover.ko: failover.ko\n"


def test_dependencies_are_read_from_the_module() -> None:
    assert depends_of(b"ELF\0license=GPL\0depends=virtio-ring,virtio\0name=x\0") == ("virtio_ring", "virtio")
    assert depends_of(b"ELF\0depends=\0name=x\0") == ()
    assert depends_of(b"ELF") == ()


@given(st.binary(), st.binary(max_size=600))
def test_a_signature_is_cut_off_exactly(module: bytes, signature: bytes) -> None:
    assert unsigned(signed(module, signature)) == module


def test_a_module_without_signature_stays_as_it_is() -> None:
    assert unsigned(b"ELF") == b"ELF"


def test_a_kernel_serves_its_modules_unsigned(tmp_path: Path) -> None:
    path = tmp_path / "a.ko"
    path.write_bytes(signed(b"ELF\0depends=b\0", b"signature"))
    kernel = Kernel("6.1", tmp_path / "vmlinuz", {"a": path})
    assert kernel.module("a") == b"ELF\0depends=b\0"
    assert kernel.depends() == {"a": ("b",)}
