"""Plug and unplug: the networks of an instance's interfaces are on this host, and go with their last interface."""

from __future__ import annotations

from typing import Protocol

from nova_lite.compute.job import Job
from nova_lite.objects.instance import Instance


class Networks(Protocol):
    """The networks of this host. Repeating is no error; both raise what the host's programs complain about."""

    def plug(self, instance: Instance) -> None:
        """The networks of all its interfaces are there, and give it its addresses."""
        ...

    def unplug(self, instance_uuid: str, port_id: str | None = None) -> None:
        """Forget one of its interfaces, or all."""
        ...


class Plug:
    name = "plug"

    def __init__(self, networks: Networks) -> None:
        self._networks = networks

    def run(self, job: Job) -> Job:
        self._networks.plug(job.instance)
        return job

    def undo(self, job: Job) -> None:
        self._networks.unplug(job.instance.uuid)


class Unplug:
    name = "unplug"

    def __init__(self, networks: Networks) -> None:
        self._networks = networks

    def run(self, job: Job) -> Job:
        self._networks.unplug(job.instance.uuid)
        return job

    def undo(self, job: Job) -> None:
        """The guest is gone: there is nothing to plug in again."""
