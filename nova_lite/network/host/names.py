"""What the kernel calls the parts of a network on a host. Pure."""

from __future__ import annotations

import dataclasses

TAG = 11  # characters of a network's id: with four more an interface's name is as long as Linux lets it be
INSIDE = "eth0"  # the only interface in a network's namespace


@dataclasses.dataclass(frozen=True, slots=True)
class Names:
    """``bridge`` joins the guests, ``namespace`` has the gateway's addresses, ``link`` is the bridge's end of the way
    to it.
    """

    bridge: str
    namespace: str
    link: str


def names_of(network_id: str) -> Names:
    """The names of a network: from its id, so that no two clouds on a machine mean the same."""
    tag = network_id[:TAG]
    return Names(bridge=f"brq{tag}", namespace=f"nlns{tag}", link=f"nlv{tag}")
