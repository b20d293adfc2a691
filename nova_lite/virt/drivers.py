"""Which driver: the one place that knows their names. A driver is imported only when it is chosen."""

from __future__ import annotations

from nova_lite.core.clock import Clock
from nova_lite.virt.capabilities import CapableDriver
from nova_lite.virt.fake.settings import FakeSettings
from nova_lite.virt.libvirt.settings import LibvirtSettings


def load(settings: FakeSettings | LibvirtSettings, hostname: str, owner: str, clock: Clock) -> CapableDriver:
    """The driver that these settings belong to. It is not connected before its ``setup``.

    ``hostname``: what a hypervisor without a name of its own is called. ``owner``: the host's uuid; it marks our
    domains, so that two clouds may share one libvirt and never touch each other's.
    """
    if isinstance(settings, FakeSettings):
        from nova_lite.virt.fake.driver import FakeDriver

        return FakeDriver(settings, hostname, clock)
    # libvirt's C library is loaded by this import, which a host with the fake driver need not have.
    from nova_lite.virt.libvirt.driver import LibvirtDriver

    return LibvirtDriver(settings, owner, clock)
