"""Cards that come to a guest and go from it while it runs."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import partial

import libvirt

from nova_lite.core import concurrency
from nova_lite.core.clock import Clock
from nova_lite.objects.nic import Nic
from nova_lite.virt.driver import GuestSpec, VirtError
from nova_lite.virt.libvirt.connection import tolerate
from nova_lite.virt.libvirt.domains import Domains
from nova_lite.virt.libvirt.handles import Domain

REPEAT, POLL = 5.0, 0.1  # seconds until a guest is asked again, and between two looks
# It is gone already, or it is on its way and must not be asked again so soon.
_LETTING_GO = (libvirt.VIR_ERR_DEVICE_MISSING, libvirt.VIR_ERR_OPERATION_FAILED, libvirt.VIR_ERR_OPERATION_INVALID)

Define = Callable[[GuestSpec], None]
RenderCard = Callable[[GuestSpec, Nic], str]


class Interfaces:
    """Implements :class:`nova_lite.virt.capabilities.Interfaces`.

    The definition is what the guest has from its next start on, and is rendered whole; a running guest gets the card
    besides. One of the user-mode network comes with the next start only: its addresses go past libvirt.
    """

    def __init__(
        self, domains: Domains, define: Define, card: RenderCard, clock: Clock, patience: float
    ) -> None:
        """``define`` renders a domain anew; ``patience``: seconds that a guest has to let go of a card."""
        self._domains, self._define, self._card = domains, define, card
        self._clock, self._patience = clock, patience

    def attach(self, spec: GuestSpec, nic: Nic) -> None:
        self._define(spec)
        if nic.kind == "bridge":
            card = self._card(spec, nic)
            self._domains.run(spec.instance.uuid, "attaching an interface", lambda domain: _attach(domain, nic, card))

    def detach(self, spec: GuestSpec, nic: Nic) -> None:
        uuid = spec.instance.uuid
        deadline, asked = self._clock.monotonic() + self._patience, float("-inf")
        while True:
            ask = self._clock.monotonic() - asked >= REPEAT
            look = partial(_let_go if ask else _gone, nic=nic)
            if self._domains.run(uuid, "detaching an interface", look):
                break
            asked = self._clock.monotonic() if ask else asked
            if self._clock.monotonic() > deadline:
                raise VirtError(f"instance {uuid}: the guest does not let go of its interface {nic.mac_address}",
                                instance=uuid)
            concurrency.sleep(POLL)
        self._define(spec)


def _attach(domain: Domain, nic: Nic, card: str) -> None:
    if domain.isActive() and _live(domain, nic) is None:
        domain.attachDeviceFlags(card, libvirt.VIR_DOMAIN_AFFECT_LIVE)


def _let_go(domain: Domain, nic: Nic) -> bool:
    """Whether the running guest has no such card any more; it is asked to let go of one that it has."""
    card = _live(domain, nic) if domain.isActive() else None
    if card is None or nic.kind != "bridge":
        return True
    text = ET.tostring(card, encoding="unicode")
    tolerate(_LETTING_GO, lambda: domain.detachDeviceFlags(text, libvirt.VIR_DOMAIN_AFFECT_LIVE))
    return _gone(domain, nic)


def _gone(domain: Domain, nic: Nic) -> bool:
    return not domain.isActive() or _live(domain, nic) is None


def _live(domain: Domain, nic: Nic) -> ET.Element | None:
    """The card as the guest has it now."""
    for card in ET.fromstring(domain.XMLDesc(0)).iterfind("devices/interface"):
        mac = card.find("mac")
        if mac is not None and mac.get("address") == nic.mac_address:
            return card
    return None
