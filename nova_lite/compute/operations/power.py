"""Pause, unpause, stop, start, reboot: operations of one step, which is the driver's method of that name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from nova_lite.compute.job import Job
from nova_lite.compute.steps.base import Step
from nova_lite.compute.steps.power import PowerStep
from nova_lite.objects.operation import Reboot, Stop
from nova_lite.objects.states import VmState
from nova_lite.virt.driver import VirtDriver

SOFT_REBOOT_TIMEOUT = 60.0  # seconds that a guest has to obey a soft reboot before it is reset


@dataclasses.dataclass(frozen=True)
class PowerOperation:
    """One power action."""

    event: str
    done: VmState | None
    step: PowerStep
    reschedules: bool = False

    def steps(self) -> Sequence[Step]:
        return (self.step,)


def _operation(event: str, done: VmState | None, name: str, act: Callable[[Job], None]) -> PowerOperation:
    return PowerOperation(event, done, PowerStep(name, act))


def pause(driver: VirtDriver) -> PowerOperation:
    return _operation(
        "compute_pause_instance", VmState.PAUSED, "pause", lambda job: driver.pause(job.instance.uuid)
    )


def unpause(driver: VirtDriver) -> PowerOperation:
    return _operation(
        "compute_unpause_instance", VmState.ACTIVE, "unpause", lambda job: driver.unpause(job.instance.uuid)
    )


def start(driver: VirtDriver) -> PowerOperation:
    return _operation(
        "compute_start_instance", VmState.ACTIVE, "power_on", lambda job: driver.power_on(job.instance.uuid)
    )


def stop(driver: VirtDriver) -> PowerOperation:
    def power_off(job: Job) -> None:
        arguments = job.operation.arguments
        assert isinstance(arguments, Stop)
        driver.power_off(job.instance.uuid, arguments.clean_timeout)

    return _operation("compute_stop_instance", VmState.STOPPED, "power_off", power_off)


def reboot(driver: VirtDriver) -> PowerOperation:
    def restart(job: Job) -> None:
        arguments = job.operation.arguments
        assert isinstance(arguments, Reboot)
        driver.reboot(job.instance.uuid, arguments.kind == "HARD", SOFT_REBOOT_TIMEOUT)

    return _operation("compute_reboot_instance", VmState.ACTIVE, "reboot", restart)
