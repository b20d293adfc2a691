"""CreateDisks: the instance has its directory, its root disk and, if wanted, its config drive."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from nova_lite.compute.job import Job
from nova_lite.objects.instance import Instance
from nova_lite.virt.driver import VirtDriver

# Makes the config drive of an instance and says where it is.
BuildConfigDrive = Callable[[Instance], Path]


class CreateDisks:
    name = "create_disks"

    def __init__(self, driver: VirtDriver, build_config_drive: BuildConfigDrive, always: bool) -> None:
        """``always``: also for instances that did not ask for a config drive."""
        self._driver, self._build_config_drive, self._always = driver, build_config_drive, always

    def run(self, job: Job) -> Job:
        self._driver.create_disks(job.guest)
        if not (job.instance.config_drive or self._always):
            return job
        return dataclasses.replace(job, config_drive=self._build_config_drive(job.instance))

    def undo(self, job: Job) -> None:
        self._driver.destroy(job.instance.uuid)
