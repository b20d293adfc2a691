"""Moving servers between hosts: cold migration, and evacuation from a host that is down."""

from __future__ import annotations

from nova_lite.api.compute import creation
from nova_lite.api.compute.booleans import truth_or
from nova_lite.api.compute.handlers.hosts import is_up
from nova_lite.api.compute.handlers.lookup import may_override_lock, server_of, target
from nova_lite.api.compute.policies import server_actions as rules
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.microversions import v
from nova_lite.api.request import Reply, Request
from nova_lite.core.errors import Conflict, Invalid, NotFound
from nova_lite.db.reads import hosts, operations
from nova_lite.db.session import Tx
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.host import HostState, is_nobody_heard
from nova_lite.objects.instance import Instance
from nova_lite.objects.operation import Arguments, Create, Evacuate, Migrate, Unshelve
from nova_lite.objects.states import VmState


def migrate(request: Request[ComputeServices]) -> None:
    """To another host, off meanwhile, its disk with it."""
    server, services = server_of(request), request.services
    asked = request.body["migrate"]
    wanted = asked.get("host") if isinstance(asked, dict) else None
    if wanted is not None:
        request.authorize(target(server), rules.MIGRATE_TO_HOST)
    name = None if wanted is None else str(wanted)

    def then(tx: Tx, grant: ClaimGrant) -> ClaimGrant:
        if name is not None and name == grant.instance.host:
            raise Invalid(f"Cannot migrate to the host where the server exists: {name}.", field="host")
        require_other(tx, services, grant.instance, name)
        return grant

    arguments = Migrate(
        requested_host=name, excluded_hosts=(server.host or "",), availability_zone=_zone(services, server)
    )
    services.lifecycle.act(
        request.context, server, arguments, override_lock=may_override_lock(request, server), then=then
    )


def evacuate(request: Request[ComputeServices]) -> Reply:
    """From its image, elsewhere, for its host is down."""
    body, services = request.member("evacuate"), request.services
    name = body.get("host")
    if truth_or(body.get("force"), "force", False) and name is None:
        raise Invalid("Can't force to a non-provided destination", field="force")
    server = server_of(request)
    if truth_or(body.get("onSharedStorage"), "onSharedStorage", False):
        raise Invalid("The hosts of this cloud share no disks: onSharedStorage must be false.", field="onSharedStorage")
    with services.database.read() as tx:
        known = {host.host: host for host in hosts.every(tx)}
    if name is not None and name not in known:
        raise NotFound(f"Compute host {name} not found.", host=str(name))
    if name is not None and name == server.host:
        raise Invalid("The target host can't be the same one.", field="host")
    arguments = Evacuate(
        source=server.host or "", excluded_hosts=(server.host or "",), availability_zone=_zone(services, server),
        requested_host=None if name is None else str(name), stopped=request.version >= v("2.95"),
    )
    password = creation.admin_pass(body)
    services.lifecycle.act(
        request.context, server, arguments, override_lock=may_override_lock(request, server),
        then=lambda tx, grant: _require_down(services, grant, known), admin_pass=password,
    )
    return Reply(json={"adminPass": password}) if request.version < v("2.14") else Reply()


def migrate_live(request: Request[ComputeServices]) -> None:
    """Running guests stay where they are in this version."""
    server = server_of(request)
    if server.locked and not may_override_lock(request, server):
        raise Conflict(f"Instance {server.uuid} is locked", instance=server.uuid, locked=True)
    if server.vm_state not in (VmState.ACTIVE, VmState.PAUSED):
        raise Conflict(f"Cannot 'os-migrateLive' instance {server.uuid} while it is in vm_state {server.vm_state}",
                       instance=server.uuid, attribute="vm_state", state=str(server.vm_state))
    raise Invalid("No valid host was found. Running servers of this cloud are not moved between hosts.",
                  instance=server.uuid)


def require_other(tx: Tx, services: ComputeServices, server: Instance, name: str | None = None) -> None:
    """:raises Invalid: there is no other host (of this name) that could take the server, as far as anybody knows."""
    known = hosts.every(tx)
    if name is not None and name not in {host.host for host in known}:
        raise Invalid(f"Compute host {name} could not be found.", field="host")
    found = {host.host for host in known if host.host != server.host and host.enabled and is_up(services, host)}
    if not found or (name is not None and name not in found):
        raise Invalid("No valid host was found. There is no other host that is up and enabled.", instance=server.uuid)


def _require_down(services: ComputeServices, grant: ClaimGrant, known: dict[str, HostState]) -> ClaimGrant:
    arguments, host = grant.operation.arguments, grant.instance.host
    assert isinstance(arguments, Evacuate)
    if host != arguments.source:
        raise Conflict(f"Instance {grant.instance.uuid} has been moved meanwhile", instance=grant.instance.uuid)
    if host in known and is_up(services, known[host]):
        raise Invalid(f"Compute service of {host} is still in use.", instance=grant.instance.uuid)
    heard = not is_nobody_heard(known.values(), services.clock.now(), services.down_after)
    if host in known and not known[host].forced_down and not heard:
        raise Invalid(f"No compute service is heard: nobody knows whether that of {host} is still in use.",
                      instance=grant.instance.uuid)
    return grant


def _zone(services: ComputeServices, server: Instance) -> str | None:
    """The availability zone that somebody once asked for; the server stays in it."""
    with services.database.read() as tx:
        past: list[Arguments] = [operation.arguments for operation in operations.of_instance(tx, server.uuid)]
    asked = (
        arguments.availability_zone for arguments in past
        if isinstance(arguments, Create | Unshelve) and arguments.availability_zone
    )
    return next(asked, None)
