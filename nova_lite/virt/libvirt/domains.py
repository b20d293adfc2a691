"""Our domains and nobody else's: each carries a mark with its owner in its metadata."""

from __future__ import annotations

import contextlib
import functools
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import TypeVar

import libvirt

from nova_lite.objects.states import PowerState
from nova_lite.virt.driver import DomainInfo, DomainNotFound, VirtError
from nova_lite.virt.libvirt.connection import Connection, tolerate
from nova_lite.virt.libvirt.handles import Domain, Host
from nova_lite.virt.libvirt.xml.metadata import NAMESPACE

T = TypeVar("T")

_POWER_STATES: dict[int, PowerState] = {
    libvirt.VIR_DOMAIN_NOSTATE: PowerState.NOSTATE,
    libvirt.VIR_DOMAIN_RUNNING: PowerState.RUNNING,
    libvirt.VIR_DOMAIN_BLOCKED: PowerState.RUNNING,
    libvirt.VIR_DOMAIN_PAUSED: PowerState.PAUSED,
    libvirt.VIR_DOMAIN_SHUTDOWN: PowerState.RUNNING,  # on its way down, but its process is still there
    libvirt.VIR_DOMAIN_SHUTOFF: PowerState.SHUTDOWN,
    libvirt.VIR_DOMAIN_CRASHED: PowerState.CRASHED,
    libvirt.VIR_DOMAIN_PMSUSPENDED: PowerState.SUSPENDED,
}
_GONE = (libvirt.VIR_ERR_NO_DOMAIN,)
_UNMARKED = (libvirt.VIR_ERR_NO_DOMAIN_METADATA, libvirt.VIR_ERR_NO_DOMAIN)
_NOT_RUNNING = (libvirt.VIR_ERR_OPERATION_INVALID,)
_KEEP_NOTHING = (
    libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_NVRAM
)
# The test driver knows no other flags.
_KEEP_NOTHING_TEST = libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA


def power_state(domain: Domain) -> PowerState:
    """The domain's state in our terms."""
    return _POWER_STATES.get(domain.state()[0], PowerState.NOSTATE)


def stop(domain: Domain) -> None:
    """Cut the power. Off already is success."""
    if domain.isActive():
        tolerate(_NOT_RUNNING, domain.destroy)


class Domains:
    """The domains of one owner. Blocking work is handed to the connection as functions."""

    def __init__(self, connection: Connection, owner: str) -> None:
        self._connection = connection
        self._owner = owner

    def run(self, uuid: str, what: str, work: Callable[[Domain], T]) -> T:
        """Do ``work`` with the domain of an instance. Raises DomainNotFound and what the connection raises."""
        return self._connection.run(lambda host: work(self._get(host, uuid)), what, uuid)

    def all(self) -> list[DomainInfo]:
        """All of ours, by uuid."""
        return self._connection.run(self._list, "listing domains")

    def is_ours(self, uuid: str) -> bool:
        """Whether there is a domain of ours with this uuid."""
        return self._connection.run(lambda host: self._find(host, uuid) is not None, "looking for a domain", uuid)

    def start(self, uuid: str, xml: str) -> None:
        """Define and start a domain; it runs, or nothing of it is left."""
        self._connection.run(lambda host: self._start(host, uuid, xml), "starting the domain", uuid)

    def redefine(self, uuid: str, xml: str) -> None:
        """Define a domain of ours anew; from its next start on it is that. Raises DomainNotFound."""
        self.run(uuid, "looking for the domain", lambda domain: domain.name())
        self._connection.run(lambda host: host.defineXML(xml), "defining the domain anew", uuid)

    def remove(self, uuid: str) -> None:
        """Cut the power and undefine. Absent already is success."""
        self._connection.run(lambda host: self._remove(host, uuid), "destroying the domain", uuid)

    def _find(self, host: Host, uuid: str) -> Domain | None:
        domain = tolerate(_GONE, lambda: host.lookupByUUIDString(uuid))
        return domain if domain is not None and self._owned(domain) else None

    def _get(self, host: Host, uuid: str) -> Domain:
        domain = self._find(host, uuid)
        if domain is None:
            raise DomainNotFound(f"no domain of instance {uuid} on this host", instance=uuid)
        return domain

    def _owned(self, domain: Domain) -> bool:
        mark = tolerate(_UNMARKED, lambda: domain.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, NAMESPACE))
        return mark is not None and ET.fromstring(mark).get("owner") == self._owner

    def _list(self, host: Host) -> list[DomainInfo]:
        found = (tolerate(_GONE, functools.partial(self._info, domain)) for domain in host.listAllDomains())
        return sorted((info for info in found if info is not None), key=lambda info: info.uuid)

    def _info(self, domain: Domain) -> DomainInfo | None:
        if not self._owned(domain):
            return None
        return DomainInfo(uuid=domain.UUIDString(), power_state=power_state(domain))

    def _start(self, host: Host, uuid: str, xml: str) -> None:
        existing = tolerate(_GONE, lambda: host.lookupByUUIDString(uuid))
        if existing is not None and not self._owned(existing):
            raise VirtError(f"instance {uuid}: another owner's domain has its uuid", instance=uuid)
        if existing is not None and existing.isActive():
            return
        domain = host.defineXML(xml)
        with contextlib.ExitStack() as undo:
            undo.callback(_undefine, host, domain)
            domain.create()
            undo.pop_all()

    def _remove(self, host: Host, uuid: str) -> None:
        domain = self._find(host, uuid)
        if domain is not None:
            stop(domain)
            _undefine(host, domain)


def _undefine(host: Host, domain: Domain) -> None:
    flags = _KEEP_NOTHING_TEST if host.getType() == "TEST" else _KEEP_NOTHING
    tolerate(_GONE, lambda: domain.undefineFlags(flags))
