"""The addresses of a server by network, as little as there is to say of each."""

from __future__ import annotations

from nova_lite.objects.instance import Instance


def by_network(server: Instance) -> dict[str, list[dict[str, object]]]:
    """The network's name to its addresses."""
    shown: dict[str, list[dict[str, object]]] = {}
    for nic in server.nics:
        entries: list[dict[str, object]] = [{"version": 6 if ":" in address else 4, "addr": address} for address in nic.addresses]
        shown.setdefault(nic.network, []).extend(entries)
    return shown
