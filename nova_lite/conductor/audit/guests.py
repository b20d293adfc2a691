"""Findings between the records and what a host has: guests lost, guests and files that are nobody's. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nova_lite.objects.audit import Finding
from nova_lite.objects.host import GuestsFound
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import VmState

KINDS = ("guest.lost", "disk.lost", "domain.stray", "files.stray")
_HAVE_A_GUEST = (
    VmState.ACTIVE, VmState.PAUSED, VmState.STOPPED, VmState.SUSPENDED, VmState.RESCUED, VmState.RESIZED
)


def lost(instances: Iterable[Instance], host: str, found: GuestsFound, asked_at: float) -> list[Finding]:
    """Instances of a host that should have a guest and its disk there and have not.

    Those that were changed after ``asked_at`` may.
    """
    return [
        Finding(
            kind=kind, about={"instance": instance.uuid, "host": host},
            text=f"instance {instance.uuid} is {instance.vm_state}, and {host} has no {what} of it",
        )
        for instance in instances
        if instance.host == host and instance.vm_state in _HAVE_A_GUEST and instance.task_state is None
        and instance.updated_at < asked_at
        for kind, what, there in (("guest.lost", "domain", found.domains), ("disk.lost", "files", found.disks))
        if instance.uuid not in there
    ]


def strays(known: Mapping[str, Instance], host: str, found: GuestsFound, asked_at: float) -> list[Finding]:
    """Domains and files on a host that no live instance of it accounts for.

    ``known``: the records there are of them.
    """
    findings = []
    for kind, uuids in (("domain", found.domains), ("files", found.disks)):
        for uuid in uuids:
            instance = known.get(uuid)
            if instance is not None and _is_its_own(instance, host, asked_at):
                continue
            if kind == "files" and uuid in found.domains:
                continue  # said already
            whose = "of which there is no record" if instance is None else f"which {_whereabouts(instance)}"
            findings.append(Finding(
                kind=f"{kind}.stray", about={"instance": uuid, "host": host},
                text=f"{host} has the {kind} of instance {uuid}, {whose}",
                mend="" if instance is None else "the host destroys it, if it was the instance's host",
            ))
    return findings


def _is_its_own(instance: Instance, host: str, asked_at: float) -> bool:
    if instance.deleted_at is not None:
        return instance.deleted_at >= asked_at
    if instance.kept is not None and instance.kept.host == host:
        return True  # the guest of before a move that is not decided
    return instance.host == host or instance.task_state is not None


def _whereabouts(instance: Instance) -> str:
    return "is deleted" if instance.deleted_at is not None else f"lives on {instance.host or 'no host'}"
