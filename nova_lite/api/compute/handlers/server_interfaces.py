"""Interfaces of servers: their ports, and giving and taking them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from msgspec import structs

from nova_lite.api.compute.handlers.lookup import may_override_lock, server_of
from nova_lite.api.compute.networks import ServerNetworks
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import server_interfaces as views
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Invalid, NotFound, Unsupported
from nova_lite.db.session import Tx
from nova_lite.db.writes import instances as writes
from nova_lite.db.writes import ownership
from nova_lite.network.servers import NicWish, Wishes
from nova_lite.objects.claim import ClaimGrant
from nova_lite.objects.instance import Instance
from nova_lite.objects.network import Port
from nova_lite.objects.operation import AttachInterface, DetachInterface


def index(request: Request[ComputeServices]) -> Json:
    server = server_of(request)
    ports = _networks(request).ports_of(server)
    return {"interfaceAttachments": [views.show(port, request.version) for port in ports]}


def show(request: Request[ComputeServices]) -> Json:
    server = server_of(request)
    return {"interfaceAttachment": views.show(_port(request, server), request.version)}


def attach(request: Request[ComputeServices]) -> Json:
    """One more interface: of a network, with an address or any; of a port; or of the usual network.

    It is the server's when this returns, and ACTIVE once its host has plugged it in.
    """
    server, networks = server_of(request), _networks(request)
    wish = _wish(cast("Mapping[str, object]", request.body.get("interfaceAttachment") or {}))
    override = may_override_lock(request, server)
    request.services.lifecycle.check(server, AttachInterface(port_id=""), override_lock=override)
    everywhere = request.context.is_admin
    wanted = networks.check(
        server.project_id, Wishes(nics=(wish,) if wish.network_id or wish.port_id else "auto"), everywhere=everywhere
    )
    if not wanted.nics:
        raise Invalid("There is no network to attach the server to.")
    fresh = structs.replace(cast("NicWish", wanted.nics[0]), tag=wish.tag)
    now = request.services.clock.now()
    attached: list[Port] = []

    def then(tx: Tx, grant: ClaimGrant) -> ClaimGrant:
        nic = networks.attached(tx, grant.instance, fresh)
        attached[:] = [networks.port(tx, nic.id)]  # somebody may have taken it away again before we answer
        return ClaimGrant(
            instance=writes.save(tx, grant.instance, now, nics=(*grant.instance.nics, nic)),
            operation=ownership.save(tx, grant.operation, now, arguments=AttachInterface(port_id=nic.id)),
        )

    request.services.lifecycle.act(
        request.context, server, AttachInterface(port_id=fresh.port_id),
        override_lock=override, then=then,
    )
    return {"interfaceAttachment": views.show(attached[0], request.version)}


def detach(request: Request[ComputeServices]) -> None:
    """The server has the interface until its host has taken it from the guest."""
    server, lifecycle = server_of(request), request.services.lifecycle
    override = may_override_lock(request, server)
    lifecycle.check(server, DetachInterface(port_id=""), override_lock=override)
    detached = DetachInterface(port_id=_port(request, server).id)
    lifecycle.act(request.context, server, detached, override_lock=override)


def _networks(request: Request[ComputeServices]) -> ServerNetworks:
    if request.services.networks is None:
        raise Unsupported("There is no network service in this cloud.")
    return request.services.networks


def _port(request: Request[ComputeServices], server: Instance) -> Port:
    wanted = request.path["port_id"]
    for port in _networks(request).ports_of(server):
        if port.id == wanted:
            return port
    raise NotFound(f"Port id {wanted} could not be found.", port_id=wanted)


def _wish(body: Mapping[str, object]) -> NicWish:
    fixed = cast("list[Mapping[str, str]]", body.get("fixed_ips") or [])
    network, port = str(body.get("net_id") or ""), str(body.get("port_id") or "")
    if network and port:
        raise Invalid("Must not input both network_id and port_id", field="port_id")
    if fixed and not network:
        raise Invalid("Must input network_id when request IP address", field="fixed_ips")
    return NicWish(
        network_id=network, port_id=port, fixed_ip=fixed[0]["ip_address"] if fixed else "",
        tag=str(body.get("tag") or "")
    )
