"""Strays: guests on this host that no record gives it. Destroyed on the conductor's explicit word, never on a list."""

from __future__ import annotations

import logging
from collections.abc import Callable

from nova_lite.compute.steps.plug import Networks
from nova_lite.core.context import system_context
from nova_lite.objects.host import GuestsFound
from nova_lite.objects.instance import Instance
from nova_lite.rpcapi.conductor import Conductor
from nova_lite.virt.driver import VirtDriver

LOG = logging.getLogger(__name__)


class Strays:
    """``files``: the uuids of instances that have files here."""

    def __init__(
        self, host: str, driver: VirtDriver, conductor: Conductor, busy: Callable[[str], bool],
        files: Callable[[], set[str]], networks: Networks,
    ) -> None:
        self._host, self._driver, self._conductor = host, driver, conductor
        self._busy, self._files, self._networks = busy, files, networks

    def found(self) -> GuestsFound:
        """What there is on this host, whoever it belongs to."""
        domains = tuple(info.uuid for info in self._driver.list_domains())
        return GuestsFound(domains=domains, disks=tuple(sorted(self._files())))

    def settle(self, instances: list[Instance]) -> list[str]:
        """Destroy what is here, is none of these instances, and must go; its uuids. The rest is only reported."""
        found = self.found()
        unknown = {*found.domains, *found.disks} - {instance.uuid for instance in instances}
        unknown = {uuid for uuid in unknown if not self._busy(uuid)}
        return self.destroy(sorted(unknown)) if unknown else []

    def destroy(self, uuids: list[str]) -> list[str]:
        """Destroy those of these guests that the conductor says must go, now; which those were."""
        doomed = self._conductor.disowned_guests(system_context(), self._host, uuids)
        destroyed = []
        for uuid in uuids:
            if uuid not in doomed:
                LOG.warning("guest %s is here, but is no instance of this host; it is left alone", uuid)
            elif not self._busy(uuid):
                LOG.warning("guest %s is not this host's any more; it is destroyed on the conductor's word", uuid)
                self._driver.destroy(uuid)
                self._networks.unplug(uuid)
                destroyed.append(uuid)
        return destroyed
