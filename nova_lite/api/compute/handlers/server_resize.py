"""Resize: the same server with another flavor, where it is or on another host; kept or taken back."""

from __future__ import annotations

import logging

from msgspec import structs

from nova_lite.api.compute import disk_config
from nova_lite.api.compute.handlers import server_moves
from nova_lite.api.compute.handlers.boot import flavor_of
from nova_lite.api.compute.handlers.lookup import may_override_lock, server_of
from nova_lite.api.compute.lifecycle import Then
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
from nova_lite.objects.operation import Arguments, ConfirmResize, Move, Resize, RevertResize, move_of
from nova_lite.objects.quota import Quota
from nova_lite.objects.states import Leg

LOG = logging.getLogger(__name__)


def resize(request: Request[ComputeServices]) -> None:
    """On the server's own host where that has the room and servers may be resized in place; else on another one."""
    server = server_of(request)
    services, body = request.services, request.member("resize")
    with services.database.read() as tx:
        flavor = flavor_of(tx, request, str(body["flavorRef"]))
        quota = quotas.of_project(tx, server.project_id, services.quota)
    if services.resize_in_place:
        try:
            _act(request, server, Resize(flavor=flavor), _checked(request, flavor, _in_place(request, flavor, quota)))
            return
        except resizing.NoRoom as error:
            LOG.debug("%s", error)
    elsewhere = Resize(flavor=flavor, excluded_hosts=(server.host or "",))
    _act(request, server, elsewhere, _checked(request, flavor, _elsewhere(request, flavor, quota)))


def _checked(request: Request[ComputeServices], flavor: Flavor, place: Then) -> Then:
    body, now = request.member("resize"), request.services.clock.now()

    def then(tx: Tx, grant: ClaimGrant) -> ClaimGrant:
        check(grant.instance, flavor)  # a server in the wrong state is refused for that first
        taken = place(tx, grant)
        if disk_config.KEY not in body:
            return taken
        how = disk_config.asked(body, taken.instance.image)
        return structs.replace(taken, instance=writes.save(tx, taken.instance, now, disk_config=how))

    return then


def _in_place(request: Request[ComputeServices], flavor: Flavor, quota: Quota) -> Then:
    now = request.services.clock.now()
    return lambda tx, grant: resizing.accept(tx, grant, flavor, quota, now)


def _elsewhere(request: Request[ComputeServices], flavor: Flavor, quota: Quota) -> Then:
    now = request.services.clock.now()

    def then(tx: Tx, grant: ClaimGrant) -> ClaimGrant:
        resizing.reserve(tx, grant.instance, flavor, quota, now)
        server_moves.require_other(tx, request.services, grant.instance)
        return grant

    return then


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
    _act(request, server, ConfirmResize(move=_move(server, Leg.DISMISS)), _same_move)


def revert(request: Request[ComputeServices]) -> None:
    server = server_of(request)
    _act(request, server, RevertResize(move=_move(server, Leg.LEAVE)), _same_move)


def _move(server: Instance, leg: Leg) -> Move | None:
    """The way back, or to the end, of a server that was moved; None for one that was resized where it is."""
    if server.kept is None or server.kept.host is None or server.host is None:
        return None
    return Move(source=server.kept.host, destination=server.host, leg=leg)


def _same_move(tx: Tx, grant: ClaimGrant) -> ClaimGrant:
    move, kept = move_of(grant.operation.arguments), grant.instance.kept
    if (move and move.source) != (kept and kept.host):
        raise Conflict(f"Instance {grant.instance.uuid} has been moved meanwhile", instance=grant.instance.uuid)
    return grant


def _act(request: Request[ComputeServices], server: Instance, arguments: Arguments, then: Then) -> None:
    request.services.lifecycle.act(
        request.context, server, arguments, override_lock=may_override_lock(request, server), then=then
    )
