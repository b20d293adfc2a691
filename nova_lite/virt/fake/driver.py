"""The driver of the fake hypervisor."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from nova_lite.core.clock import Clock, SystemClock
from nova_lite.core.ids import new_uuid
from nova_lite.objects.host import Inventory
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import PowerState
from nova_lite.virt import images
from nova_lite.virt.capabilities import Capabilities
from nova_lite.virt.driver import (
    DomainInfo,
    DomainStateConflict,
    GuestSpec,
    HostFacts,
    LifecycleEvent,
    VirtError,
)
from nova_lite.virt.fake.abilities import FakeAbilities, disk_label
from nova_lite.virt.fake.console import boot_text
from nova_lite.virt.fake.consoles import FakeConsoles
from nova_lite.virt.fake.hypervisor import FakeDomain, FakeHypervisor
from nova_lite.virt.fake.passwords import FakePasswords
from nova_lite.virt.fake.settings import FakeSettings
from nova_lite.virt.fake.switch import Switch
from nova_lite.virt.fake.trouble import Trouble

VERSION = 1_000_000  # 1.0.0 as libvirt numbers versions


class FakeDriver:
    """Implements :class:`nova_lite.virt.capabilities.CapableDriver` without a hypervisor.

    ``hypervisor`` may be given, so that domains outlive the driver within one process; otherwise one is made, on
    ``settings.state_dir``. ``trouble`` is public: tests change at run time how calls fail.
    """

    def __init__(
        self, settings: FakeSettings, hostname: str = "fake", clock: Clock | None = None,
        hypervisor: FakeHypervisor | None = None,
    ) -> None:
        self._settings = settings
        self._hostname = hostname
        self._clock = clock or SystemClock()
        self.hypervisor = hypervisor or FakeHypervisor(self._clock, settings.state_dir)
        self.trouble = Trouble(settings.delays, settings.failures, settings.seed, settings.gates)
        self._switch = Switch(self.hypervisor, self._clock, settings.deaf_guests)
        can = FakeAbilities(self.hypervisor, self._switch, self.trouble)
        self._capabilities = Capabilities(
            can, can, can, can, can, can, can, FakeConsoles(self.hypervisor, self.trouble),
            FakePasswords(self.hypervisor, self.trouble),
        )

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def setup(self, on_event: Callable[[LifecycleEvent], None]) -> None:
        with self.trouble.around("setup"):
            self.hypervisor.listen(on_event)

    def close(self) -> None:
        self.hypervisor.listen(None)

    def facts(self) -> HostFacts:
        with self.trouble.around("facts"):
            settings = self._settings
            return HostFacts(
                hypervisor_type="fake", hypervisor_version=VERSION, hypervisor_hostname=self._hostname,
                inventory=Inventory(
                    vcpus=settings.vcpus, memory_mb=settings.memory_mb, disk_gb=settings.local_gb
                ),
                cpu_info={"arch": "x86_64", "model": "fake", "vendor": "nova-lite", "sockets": "1",
                          "cores": str(settings.vcpus), "threads": "1", "cells": "1", "features": ""},
            )

    def list_domains(self) -> list[DomainInfo]:
        with self.trouble.around("list_domains"):
            return [
                DomainInfo(uuid=domain.uuid, power_state=domain.power_state)
                for domain in self.hypervisor.domains() if domain.defined
            ]

    def power_state(self, uuid: str) -> PowerState:
        with self.trouble.around("power_state", uuid):
            return self.hypervisor.get(uuid).power_state

    def create_disks(self, spec: GuestSpec) -> None:
        instance = spec.instance
        with self.trouble.around("create_disks", instance.uuid):
            if spec.image_path is not None:
                images.check(instance, images.inspect(spec.image_path))
            if self.hypervisor.find(instance.uuid) is None:
                self.hypervisor.put(_described(instance, disk_label(spec.image_path) or new_uuid()))

    def spawn(self, spec: GuestSpec) -> None:
        instance = spec.instance
        with self.trouble.around("spawn", instance.uuid):
            domain = self.hypervisor.find(instance.uuid)
            if domain is None and spec.image_path is not None:
                raise VirtError(f"instance {instance.uuid} has no disk", instance=instance.uuid)
            self._switch.on(msgspec.structs.replace(domain or _described(instance), defined=True))

    def destroy(self, uuid: str) -> None:
        with self.trouble.around("destroy", uuid):
            self.hypervisor.remove(uuid)

    def pause(self, uuid: str) -> None:
        with self.trouble.around("pause", uuid):
            self._change(uuid, "paused", {PowerState.RUNNING, PowerState.PAUSED}, PowerState.PAUSED)

    def unpause(self, uuid: str) -> None:
        with self.trouble.around("unpause", uuid):
            self._change(uuid, "unpaused", {PowerState.RUNNING, PowerState.PAUSED}, PowerState.RUNNING)

    def power_off(self, uuid: str, clean_timeout: float) -> None:
        with self.trouble.around("power_off", uuid):
            self._switch.off(self.hypervisor.get(uuid), clean_timeout)

    def power_on(self, uuid: str) -> None:
        with self.trouble.around("power_on", uuid):
            self._switch.on(self.hypervisor.get(uuid))

    def reboot(self, uuid: str, hard: bool, clean_timeout: float) -> None:
        with self.trouble.around("reboot", uuid):
            self._switch.off(self.hypervisor.get(uuid), 0.0 if hard else clean_timeout)
            self._switch.on(self.hypervisor.get(uuid))

    def console_output(self, uuid: str, max_bytes: int) -> bytes:
        with self.trouble.around("console_output", uuid):
            text = boot_text(self.hypervisor.get(uuid)).encode()
            return text[-max_bytes:] if max_bytes > 0 else b""

    def _change(self, uuid: str, wanted: str, allowed: set[PowerState], to: PowerState) -> None:
        domain = self.hypervisor.get(uuid)
        if domain.power_state not in allowed:
            raise DomainStateConflict(
                f"instance {uuid} is {domain.power_state.name} and cannot be {wanted}", instance=uuid,
                power_state=domain.power_state.name,
            )
        self.hypervisor.put(msgspec.structs.replace(domain, power_state=to))


def _described(instance: Instance, disk: str = "") -> FakeDomain:
    return FakeDomain(
        uuid=instance.uuid, name=instance.name, hostname=instance.hostname, vcpus=instance.flavor.vcpus,
        memory_mb=instance.flavor.memory_mb, root_gb=instance.flavor.root_gb, disk=disk,
        addresses=tuple(address for nic in instance.nics for address in nic.addresses),
        cards=tuple(nic.mac_address for nic in instance.nics),
    )
