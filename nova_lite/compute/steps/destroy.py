"""Destroy: neither domain nor disk of the instance is left."""

from __future__ import annotations

from nova_lite.compute.job import Job
from nova_lite.virt.driver import VirtDriver


class Destroy:
    name = "destroy"

    def __init__(self, driver: VirtDriver) -> None:
        self._driver = driver

    def run(self, job: Job) -> Job:
        self._driver.destroy(job.instance.uuid)
        return job

    def undo(self, job: Job) -> None:
        """What is gone is gone: a failed destroy is tried again, never taken back."""
