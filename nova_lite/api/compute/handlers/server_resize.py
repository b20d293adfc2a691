"""Resize: the same server with another flavor, kept or taken back; and moving servers, which one host cannot."""

from __future__ import annotations

from msgspec import structs

from nova_lite.api.compute import disk_config
from nova_lite.api.compute.handlers.boot import flavor_of
from nova_lite.api.compute.handlers.lookup import may_override_lock, server_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.request import Request
from nova_lite.core.errors import Conflict, Invalid
from nova_lite.db.reads import quotas
from nova_lite.db.session import Tx
from nova_lite.db.writes import instances as writes
from nova_lite.db.writes import resizing
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.flavor import Flavor
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import ConfirmResize, Resize, RevertResize
from nova_lite.objects.states import VmState


def resize(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    services, body = request.services, request.member("resize")
    with services.database.read() as tx:
        flavor = flavor_of(tx, request, str(body["flavorRef"]))
        quota = quotas.of_project(tx, server.project_id, services.quota)
    now = services.clock.now()

    def then(tx: Tx, grant: ClaimGrant) -> ClaimGrant:
        check(grant.instance, flavor)  # a server in the wrong state is refused for that first
        taken = resizing.accept(tx, grant, flavor, quota, now)
        if disk_config.KEY not in body:
            return taken
        how = disk_config.asked(body, taken.instance.image)
        return structs.replace(taken, instance=writes.save(tx, taken.instance, now, disk_config=how))

    services.lifecycle.act(
        request.context, server, Resize(flavor=flavor), override_lock=may_override_lock(request, server), then=then
    )


def check(server: Instance, flavor: Flavor) -> None:
    """:raises Invalid: the server cannot be given this flavor."""
    old = server.flavor
    if flavor.flavorid == old.flavorid:
        raise Invalid("When resizing, instances must change flavor!", field="flavorRef")
    if flavor.root_gb == 0 and old.root_gb:
        raise Invalid("Resize to zero disk flavor is not allowed.", field="flavorRef")
    if flavor.root_gb < old.root_gb:
        raise Invalid(f"The server's disk of {old.root_gb} GiB cannot become smaller: the flavor's has "
                      f"{flavor.root_gb} GiB.", field="flavorRef")
    if server.image is not None and server.image.min_ram > flavor.memory_mb:
        raise Invalid("Flavor's memory is too small for requested image.", field="flavorRef")


def confirm(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    request.services.lifecycle.act(
        request.context, server, ConfirmResize(), override_lock=may_override_lock(request, server)
    )


def revert(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    request.services.lifecycle.act(
        request.context, server, RevertResize(), override_lock=may_override_lock(request, server)
    )


def migrate(request: Request[ComputeServices]) -> None:
    """Servers stay on their hosts in this version."""
    _immovable(request, "migrate", VmState.ACTIVE, VmState.STOPPED)


def migrate_live(request: Request[ComputeServices]) -> None:
    """Running ones too."""
    _immovable(request, "os-migrateLive", VmState.ACTIVE, VmState.PAUSED)


def evacuate(request: Request[ComputeServices]) -> None:
    """So do those of a host that is down: what they had on its disks is there."""
    _immovable(request, "evacuate", VmState.ACTIVE, VmState.STOPPED, VmState.ERROR)


def _immovable(request: Request[ComputeServices], action: str, *states: VmState) -> None:
    server = server_of(request)
    if server.locked and not may_override_lock(request, server):
        raise Conflict(f"Instance {server.uuid} is locked", instance=server.uuid, locked=True)
    if server.vm_state not in states:
        raise Conflict(f"Cannot '{action}' instance {server.uuid} while it is in vm_state {server.vm_state}",
                       instance=server.uuid, attribute="vm_state", state=str(server.vm_state))
    raise Invalid("No valid host was found. Servers of this cloud are not moved between hosts.",
                  instance=server.uuid)
