"""The addresses of a server by network: the fixed ones of its interfaces, each followed by those that lead to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nova_lite.objects.instance import Instance
from nova_lite.objects.nic import Nic

# Floating addresses by the port and the fixed address that they lead to.
Floating = Mapping[tuple[str, str], Sequence[str]]


def by_network(server: Instance, floating: Floating, *, typed: bool = False) -> dict[str, list[dict[str, object]]]:
    """The network's name to its addresses; ``typed`` tells of each what kind it is and the interface's MAC address."""
    shown: dict[str, list[dict[str, object]]] = {}
    for nic in server.nics:
        for address, kind in _of(nic, floating):
            entry: dict[str, object] = {"version": 6 if ":" in address else 4, "addr": address}
            if typed:
                entry |= {"OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": nic.mac_address}
            shown.setdefault(nic.network, []).append(entry)
    return shown


def _of(nic: Nic, floating: Floating) -> Iterator[tuple[str, str]]:
    for fixed in nic.addresses:
        yield fixed, "fixed"
        for address in floating.get((nic.id, fixed), ()):
            yield address, "floating"
