"""Suspend, resume, and the interrupt that makes a guest dump itself."""

from __future__ import annotations

from nova_lite.compute.job import Job
from nova_lite.compute.operations.base import StepList
from nova_lite.compute.steps.power import PowerStep
from nova_lite.objects.states import VmState
from nova_lite.virt.capabilities import CapableDriver, need


def suspend(driver: CapableDriver) -> StepList:
    def act(job: Job) -> None:
        need(driver.capabilities.suspension, "suspend guests").suspend(job.instance.uuid)

    return StepList("compute_suspend_instance", VmState.SUSPENDED, (PowerStep("suspend", act),))


def resume(driver: CapableDriver) -> StepList:
    def act(job: Job) -> None:
        need(driver.capabilities.suspension, "resume guests").resume(job.instance.uuid)

    return StepList("compute_resume_instance", VmState.ACTIVE, (PowerStep("resume", act),))


def crash_dump(driver: CapableDriver) -> StepList:
    def act(job: Job) -> None:
        need(driver.capabilities.interrupts, "interrupt guests").interrupt(job.instance.uuid)

    return StepList("compute_trigger_crash_dump", None, (PowerStep("interrupt", act),))
