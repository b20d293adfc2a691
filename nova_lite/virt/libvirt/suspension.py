"""Suspension: a guest's memory on disk, and interrupts that a guest cannot mask."""

from __future__ import annotations

from nova_lite.virt.libvirt.domains import Domains
from nova_lite.virt.libvirt.handles import Domain
from nova_lite.virt.libvirt.power import Power


class Suspension:
    """Implements :class:`nova_lite.virt.capabilities.Suspension` and ``Interrupts``."""

    def __init__(self, domains: Domains, power: Power) -> None:
        self._domains, self._power = domains, power

    def suspend(self, uuid: str) -> None:
        self._domains.run(uuid, "suspending", _save)

    def resume(self, uuid: str) -> None:
        # libvirt itself lets a guest go on whose memory it has saved.
        self._power.on(uuid)

    def interrupt(self, uuid: str) -> None:
        self._domains.run(uuid, "interrupting", lambda domain: domain.injectNMI(0))


def _save(domain: Domain) -> None:
    if domain.isActive():
        domain.managedSave(0)
