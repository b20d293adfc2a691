"""Spawn: the domain is defined and runs."""

from __future__ import annotations

from nova_lite.compute.job import Job
from nova_lite.virt.driver import VirtDriver


class Spawn:
    name = "spawn"

    def __init__(self, driver: VirtDriver) -> None:
        self._driver = driver

    def run(self, job: Job) -> Job:
        self._driver.spawn(job.guest)
        return job

    def undo(self, job: Job) -> None:
        self._driver.destroy(job.instance.uuid)
