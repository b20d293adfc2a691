"""Nic: one network interface of an instance."""

from __future__ import annotations

from typing import Literal

from nova_lite.objects.base import Value


class Nic(Value, frozen=True, kw_only=True):
    """An interface as compute plugs it.

    ``kind`` ``user`` is QEMU's user-mode network (no privileges, outbound only); ``bridge`` joins the host bridge
    named ``bridge``. ``addresses`` are the fixed addresses, textual, without prefix length; ``cidr`` and ``gateway``
    are those of the IPv4 one, empty when they are not known.
    """

    id: str
    mac_address: str
    kind: Literal["user", "bridge"] = "user"
    network: str = "user"
    bridge: str = ""
    addresses: tuple[str, ...] = ()
    mtu: int = 1500
    cidr: str = ""
    gateway: str = ""
