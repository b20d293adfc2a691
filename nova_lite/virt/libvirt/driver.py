"""The driver for libvirt: a facade that puts the parts together."""

from __future__ import annotations

import logging
from collections.abc import Callable

import libvirt

from nova_lite import __version__
from nova_lite.core.clock import Clock
from nova_lite.objects.nic import Nic
from nova_lite.objects.states import PowerState
from nova_lite.virt.capabilities import Capabilities
from nova_lite.virt.driver import (
    DomainInfo,
    GuestSpec,
    HostFacts,
    HypervisorUnavailable,
    LifecycleEvent,
)
from nova_lite.virt.libvirt import host, kvm, plan
from nova_lite.virt.libvirt.connection import Connection, tolerate
from nova_lite.virt.libvirt.console import ConsoleLogs
from nova_lite.virt.libvirt.consoles import Consoles
from nova_lite.virt.libvirt.diagnostics import Measuring
from nova_lite.virt.libvirt.disks import CONSOLE_LOG, InstanceDirectories
from nova_lite.virt.libvirt.domains import Domains, power_state
from nova_lite.virt.libvirt.events import Lifecycle
from nova_lite.virt.libvirt.handles import Host
from nova_lite.virt.libvirt.interfaces import Interfaces
from nova_lite.virt.libvirt.makeover import Makeover
from nova_lite.virt.libvirt.passwords import Passwords
from nova_lite.virt.libvirt.power import Power
from nova_lite.virt.libvirt.settings import LibvirtSettings
from nova_lite.virt.libvirt.snapshots import Snapshots
from nova_lite.virt.libvirt.suspension import Suspension
from nova_lite.virt.libvirt.xml import render, render_card

LOG = logging.getLogger(__name__)


class LibvirtDriver:
    """Implements :class:`nova_lite.virt.capabilities.CapableDriver`. ``owner`` marks whose domains are whose."""

    def __init__(self, settings: LibvirtSettings, owner: str, clock: Clock) -> None:
        self._settings = settings
        self._owner = owner
        self._files = InstanceDirectories(settings.instances_path)
        self._events = Lifecycle(clock, lambda uuid: self._domains.is_ours(uuid))
        self._connection = Connection(settings.uri, settings.patience, self._events, self._resync)
        self._domains = Domains(self._connection, owner)
        self._logs = ConsoleLogs(self._connection)
        self._power = Power(self._domains, clock, settings.shutdown_repeat)
        self._traits: plan.HostTraits | None = None
        self._processor = host.Processor()
        suspension = Suspension(self._domains, self._power)
        makeover = Makeover(self._domains, self._power, self._files, self._render)
        self._capabilities = Capabilities(
            suspension, suspension, Snapshots(self._domains, self._files), makeover, makeover,
            Interfaces(self._domains, self._define, self._render_card, clock, settings.detach_timeout),
            Measuring(self._domains),
            Consoles(self._domains), Passwords(self._domains),
        )

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def setup(self, on_event: Callable[[LifecycleEvent], None]) -> None:
        self._files.setup()
        self._events.start(on_event)
        self._connection.open()
        self._traits = self._find_traits()
        document = self._connection.run(lambda conn: conn.getCapabilities(), "reading the host's capabilities")
        self._processor = host.processor(document)

    def close(self) -> None:
        self._connection.close()
        self._events.stop()

    def facts(self) -> HostFacts:
        reading = self._connection.run(host.read, "reading the host's facts")
        return host.facts(reading, self._processor, self._files.free_space_gb(), self._known_traits().domain_type)

    def list_domains(self) -> list[DomainInfo]:
        found = self._domains.all()
        for domain in found:
            self._events.know(domain.uuid)
        return found

    def power_state(self, uuid: str) -> PowerState:
        return self._domains.run(uuid, "reading the power state", power_state)

    def create_disks(self, spec: GuestSpec) -> None:
        if self._known_traits().domain_type != "test":
            self._files.create(spec)

    def spawn(self, spec: GuestSpec) -> None:
        xml = self._render(spec, self._files.files(spec))
        self._events.know(spec.instance.uuid)
        self._domains.start(spec.instance.uuid, xml)

    def destroy(self, uuid: str) -> None:
        self._domains.remove(uuid)
        self._files.remove(uuid)

    def pause(self, uuid: str) -> None:
        self._power.pause(uuid)

    def unpause(self, uuid: str) -> None:
        self._power.unpause(uuid)

    def power_off(self, uuid: str, clean_timeout: float) -> None:
        self._power.off(uuid, clean_timeout)

    def power_on(self, uuid: str) -> None:
        self._power.on(uuid)

    def reboot(self, uuid: str, hard: bool, clean_timeout: float) -> None:
        self._power.reboot(uuid, hard, clean_timeout)

    def console_output(self, uuid: str, max_bytes: int) -> bytes:
        self.power_state(uuid)
        return self._logs.tail(uuid, self._files.directory(uuid) / CONSOLE_LOG, max_bytes)

    def _render(self, spec: GuestSpec, files: plan.InstanceFiles) -> str:
        return render(plan.make(spec, self._known_traits(), files, self._settings))

    def _define(self, spec: GuestSpec) -> None:
        uuid = spec.instance.uuid
        self._domains.redefine(uuid, self._render(spec, self._files.present(uuid)))

    def _render_card(self, spec: GuestSpec, nic: Nic) -> str:
        return render_card(plan.plan_nic(spec.instance, nic))

    def _known_traits(self) -> plan.HostTraits:
        if self._traits is None:
            raise HypervisorUnavailable(f"the driver for {self._settings.uri} has not been set up")
        return self._traits

    def _find_traits(self) -> plan.HostTraits:
        reading = self._connection.run(host.read, "reading the host's facts")
        domain_type = "test" if reading.type == "TEST" else self._virt_type(reading.arch)
        return plan.HostTraits(domain_type=domain_type, arch=reading.arch, owner=self._owner, version=__version__)

    def _virt_type(self, arch: str) -> plan.DomainType:
        """The configured type, or what KVM's self-test decides. Asked once: the answer does not change."""
        settings = self._settings
        if settings.virt_type != "auto":
            return settings.virt_type
        verdict = kvm.judge(
            kvm.read_facts(),
            lambda: kvm.probe(settings.emulator, settings.kvm_probe_timeout),
            lambda: self._connection.run(lambda conn: _kvm_missing(conn, arch), "asking for KVM"),
        )
        if verdict.usable:
            LOG.info("guests run under KVM: %s", verdict.reason)
            return "kvm"
        LOG.warning("KVM is not usable (%s): guests run under QEMU's slower emulation", verdict.reason)
        return "qemu"

    def _resync(self) -> None:
        """libvirtd was away, and what happened meanwhile was not heard: tell what is now."""
        try:
            for domain in self._domains.all():
                self._events.know(domain.uuid)
                self._events.hear(domain.uuid, domain.power_state)
        except HypervisorUnavailable:
            LOG.warning("libvirt went away again; the states of domains are told when it is back")


def _kvm_missing(conn: Host, arch: str) -> str:
    refused = (libvirt.VIR_ERR_INVALID_ARG, libvirt.VIR_ERR_CONFIG_UNSUPPORTED, libvirt.VIR_ERR_INTERNAL_ERROR)
    if tolerate(refused, lambda: conn.getDomainCapabilities(None, arch, None, "kvm")) is None:
        return "libvirt cannot use it, and this process may not try"
    return ""
