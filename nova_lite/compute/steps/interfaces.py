"""Steps that give a guest one more interface, or take one from it, while it runs."""

from __future__ import annotations

from msgspec.structs import replace

from nova_lite.compute.job import Job
from nova_lite.compute.steps.plug import Plug, Unplug
from nova_lite.objects.nic import Nic
from nova_lite.objects.operation import AttachInterface as AttachArguments
from nova_lite.objects.operation import DetachInterface as DetachArguments
from nova_lite.virt.capabilities import CapableDriver, Interfaces, need
from nova_lite.virt.driver import GuestSpec


class PlugOne(Plug):
    """Its undoing forgets the operation's interface only."""

    def undo(self, job: Job) -> None:
        self._networks.unplug(job.instance.uuid, port_of(job))


class UnplugOne(Unplug):
    """Forgets the operation's interface only."""

    def run(self, job: Job) -> Job:
        self._networks.unplug(job.instance.uuid, port_of(job))
        return job


class AttachInterface:
    name = "attach_interface"

    def __init__(self, driver: CapableDriver) -> None:
        self._driver = driver

    def run(self, job: Job) -> Job:
        for nic in _nics(job):
            _can(self._driver).attach(job.guest, nic)
        return job

    def undo(self, job: Job) -> None:
        for nic in _nics(job):
            _can(self._driver).detach(_without(job), nic)


class DetachInterface:
    name = "detach_interface"

    def __init__(self, driver: CapableDriver) -> None:
        self._driver = driver

    def run(self, job: Job) -> Job:
        for nic in _nics(job):
            _can(self._driver).detach(_without(job), nic)
        return job

    def undo(self, job: Job) -> None:
        """The record keeps the interface: so does the guest, from its next start on at the latest."""
        for nic in _nics(job):
            _can(self._driver).attach(job.guest, nic)


def port_of(job: Job) -> str:
    """The port that the operation is about."""
    arguments = job.operation.arguments
    assert isinstance(arguments, AttachArguments | DetachArguments)
    return arguments.port_id


def _nics(job: Job) -> list[Nic]:
    """The interface that the operation is about; none when it has gone with something else."""
    return [nic for nic in job.instance.nics if nic.id == port_of(job)]


def _without(job: Job) -> GuestSpec:
    rest = tuple(nic for nic in job.instance.nics if nic.id != port_of(job))
    return replace(job.guest, instance=replace(job.instance, nics=rest))


def _can(driver: CapableDriver) -> Interfaces:
    return need(driver.capabilities.interfaces, "change the interfaces of guests")
