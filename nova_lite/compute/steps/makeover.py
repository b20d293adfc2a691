"""Steps that give a guest another size or another disk, and back."""

from __future__ import annotations

from msgspec.structs import replace

from nova_lite.compute.job import Job
from nova_lite.compute.steps.create_disks import CreateDisks
from nova_lite.compute.steps.fetch_image import ImageCache
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.operation import Rescue as RescueArguments
from nova_lite.objects.operation import Resize as ResizeArguments
from nova_lite.objects.states import PowerState
from nova_lite.virt.capabilities import CapableDriver, Rescue, Resizing, need
from nova_lite.virt.driver import GuestSpec

CLEAN_TIMEOUT = 60.0  # seconds that a guest has to shut down before it is resized

_ON = (PowerState.RUNNING, PowerState.PAUSED)


def is_on(job: Job) -> bool:
    """Whether the guest was on when the operation was accepted: its record has not followed it since."""
    return job.instance.power_state in _ON


def _sized(job: Job, flavor: Flavor) -> GuestSpec:
    return replace(job.guest, instance=replace(job.instance, flavor=flavor))


class Resize:
    name = "resize"

    def __init__(self, driver: CapableDriver) -> None:
        self._driver = driver

    def run(self, job: Job) -> Job:
        arguments = job.operation.arguments
        assert isinstance(arguments, ResizeArguments)
        can = _resizing(self._driver)
        if job.instance.kept is not None:
            # Left by a resize that nobody decided before the state was reset: a revert must not go back to that.
            can.confirm(job.instance.uuid)
        can.resize(_sized(job, arguments.flavor), is_on(job), CLEAN_TIMEOUT)
        return job

    def undo(self, job: Job) -> None:
        _resizing(self._driver).revert(job.guest, is_on(job))


class ConfirmResize:
    name = "confirm_resize"

    def __init__(self, driver: CapableDriver) -> None:
        self._driver = driver

    def run(self, job: Job) -> Job:
        _resizing(self._driver).confirm(job.instance.uuid)
        return job

    def undo(self, job: Job) -> None:
        """The disk of before is gone."""


class RevertResize:
    name = "revert_resize"

    def __init__(self, driver: CapableDriver) -> None:
        self._driver = driver

    def run(self, job: Job) -> Job:
        kept = job.instance.kept
        flavor = (kept and kept.flavor) or job.instance.flavor
        _resizing(self._driver).revert(_sized(job, flavor), is_on(job))
        return job

    def undo(self, job: Job) -> None:
        """A revert that was begun can only be completed: the disk of the new size may be gone."""


class RescueGuest:
    name = "rescue"

    def __init__(self, driver: CapableDriver, cache: ImageCache, create_disks: CreateDisks) -> None:
        self._driver, self._cache, self._create_disks = driver, cache, create_disks

    def run(self, job: Job) -> Job:
        arguments = job.operation.arguments
        assert isinstance(arguments, RescueArguments)
        can = _rescue(self._driver)
        image = self._cache.fetch(job.context, arguments.image)
        job = self._create_disks.with_config_drive(job, rescue=True)
        can.rescue(job.guest, image)
        return job

    def undo(self, job: Job) -> None:
        _rescue(self._driver).unrescue(job.guest, is_on(job))


class UnrescueGuest:
    name = "unrescue"

    def __init__(self, driver: CapableDriver) -> None:
        self._driver = driver

    def run(self, job: Job) -> Job:
        _rescue(self._driver).unrescue(job.guest, True)
        return job

    def undo(self, job: Job) -> None:
        """The rescue disk may be gone: it can only be completed."""


def _resizing(driver: CapableDriver) -> Resizing:
    return need(driver.capabilities.resizing, "resize guests")


def _rescue(driver: CapableDriver) -> Rescue:
    return need(driver.capabilities.rescue, "rescue guests")
