"""CreateDisks: the instance has its directory, its root disk and, if wanted, its config drive."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Protocol

from nova_lite.compute.job import Job
from nova_lite.objects.instance import Instance
from nova_lite.virt.driver import VirtDriver


class BuildConfigDrive(Protocol):
    """Makes the config drive of an instance, or the one that it has while it is rescued, and says where it is.

    ``admin_pass``: the administrator's password to be on it.
    """

    def __call__(self, instance: Instance, admin_pass: str | None, *, rescue: bool = False) -> Path: ...


class CreateDisks:
    name = "create_disks"

    def __init__(self, driver: VirtDriver, build_config_drive: BuildConfigDrive, always: bool) -> None:
        """``always``: also for instances that did not ask for a config drive."""
        self._driver, self._build, self._always = driver, build_config_drive, always

    def run(self, job: Job) -> Job:
        self._driver.create_disks(job.guest)
        return self.with_config_drive(job)

    def with_config_drive(self, job: Job, rescue: bool = False) -> Job:
        """The job with its config drive, if it is to have one."""
        if not (job.instance.config_drive or self._always):
            return job
        return dataclasses.replace(job, config_drive=self._build(job.instance, job.admin_pass, rescue=rescue))

    def undo(self, job: Job) -> None:
        self._driver.destroy(job.instance.uuid)
