"""What libvirt has no words for: arguments that go to QEMU as they are.

libvirt's user-mode interface takes a network, but not the guest's address in it. So QEMU gets a network of ours beside
libvirt's, and the interface's card is told to use ours.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from nova_lite.virt.libvirt.plan import NicPlan
from nova_lite.virt.libvirt.slirp import SlirpPlan
from nova_lite.virt.libvirt.xml.elements import element

NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0"

ET.register_namespace("qemu", NAMESPACE)


def alias(index: int) -> str:
    """The name of an interface; libvirt leaves those alone that begin like this."""
    return f"ua-nic{index}"


def passthrough(nics: Sequence[NicPlan]) -> list[ET.Element]:
    """The elements at the end of a domain; none where nothing goes past libvirt."""
    ours = [(index, nic.slirp) for index, nic in enumerate(nics) if nic.slirp is not None]
    if not ours:
        return []
    arguments = [argument for index, slirp in ours for argument in ("-netdev", _netdev(index, slirp))]
    return [
        element(_tag("commandline"), *(element(_tag("arg"), value=argument) for argument in arguments)),
        element(_tag("override"), *(_card(index) for index, _ in ours)),
    ]


def _netdev(index: int, slirp: SlirpPlan) -> str:
    return (
        f"user,id={_name(index)},net={slirp.cidr},host={slirp.gateway},dhcpstart={slirp.guest},dns={slirp.nameserver}"
    )


def _card(index: int) -> ET.Element:
    wired = element(_tag("property"), name="netdev", type="string", value=_name(index))
    return element(_tag("device"), element(_tag("frontend"), wired), alias=alias(index))


def _name(index: int) -> str:
    return f"slirp{index}"


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
