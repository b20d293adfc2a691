"""Makeover: a guest that is defined anew, with another size or from another disk, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nova_lite.virt.driver import GuestSpec
from nova_lite.virt.libvirt.disks import InstanceDirectories
from nova_lite.virt.libvirt.domains import Domains
from nova_lite.virt.libvirt.plan import InstanceFiles
from nova_lite.virt.libvirt.power import Power
from nova_lite.virt.libvirt.spare_disks import SpareDisks

Render = Callable[[GuestSpec, InstanceFiles], str]


class Makeover:
    """Implements :class:`nova_lite.virt.capabilities.Resizing` and ``Rescue``. ``render`` makes a domain's XML.

    Every method ends with the same three moves (off, define, on), so that one that was cut off anywhere is completed
    by running it again.
    """

    def __init__(self, domains: Domains, power: Power, files: InstanceDirectories, render: Render) -> None:
        self._domains, self._power, self._files, self._render = domains, power, files, render
        self._spares = SpareDisks(files)

    def resize(self, spec: GuestSpec, running: bool, clean_timeout: float) -> None:
        uuid = spec.instance.uuid
        self._power.off(uuid, clean_timeout)
        self._spares.keep(uuid)
        self._spares.grow(spec.instance)
        self._define(spec, running)

    def confirm(self, uuid: str) -> None:
        self._domains.run(uuid, "confirming a resize", lambda domain: domain.isActive())
        self._spares.forget(uuid)

    def revert(self, spec: GuestSpec, running: bool) -> None:
        uuid = spec.instance.uuid
        if self._spares.kept(uuid):
            self._power.off(uuid, 0.0)
            self._spares.restore(uuid)
        if not self._domains.run(uuid, "reverting a resize", lambda domain: domain.isActive()):
            self._define(spec, running)

    def rescue(self, spec: GuestSpec, image_path: Path) -> None:
        self._power.off(spec.instance.uuid, 0.0)
        self._spares.make_rescue(spec.instance, image_path)
        self._define(spec, True)

    def unrescue(self, spec: GuestSpec, running: bool) -> None:
        self._power.off(spec.instance.uuid, 0.0)
        self._spares.remove_rescue(spec.instance.uuid)
        self._define(spec, running)

    def _define(self, spec: GuestSpec, running: bool) -> None:
        uuid = spec.instance.uuid
        self._domains.redefine(uuid, self._render(spec, self._files.present(uuid)))
        if running:
            self._power.on(uuid)
