"""Interfaces of servers: their ports, and giving and taking them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from nova_lite.api.compute.handlers.lookup import may_override_lock, server_of
from nova_lite.api.compute.networks import ServerNetworks
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import server_interfaces as views
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Conflict, Invalid, NotFound, Unsupported
from nova_lite.db.session import Tx
from nova_lite.db.writes import instances as writes
from nova_lite.network.servers import NicWish, Wishes
from nova_lite.objects.instance import Instance
from nova_lite.objects.network import Port
from nova_lite.objects.states import VmState

_STATES = (VmState.ACTIVE, VmState.PAUSED, VmState.STOPPED)


def index(request: Request[ComputeServices]) -> Json:
    server = server_of(request)
    ports = _networks(request).ports_of(server)
    return {"interfaceAttachments": [views.show(port, request.version) for port in ports]}


def show(request: Request[ComputeServices]) -> Json:
    server = server_of(request)
    return {"interfaceAttachment": views.show(_port(request, server), request.version)}


def attach(request: Request[ComputeServices]) -> Json:
    """One more interface: of a network, with an address or any; of a port; or of the usual network."""
    server, networks = server_of(request), _networks(request)
    wish = _wish(request.member("interfaceAttachment"))
    wanted = networks.check(server.project_id, Wishes(nics=(wish,) if wish else "auto"), 1)
    if not wanted.nics:
        raise Invalid("There is no network to attach the server to.")
    fresh = cast("NicWish", wanted.nics[0])

    def change(tx: Tx) -> Instance:
        return writes.edit(tx, server.uuid, server.project_id, lambda now: {
            "nics": (*_changeable(request, now, "attach_interface").nics, networks.attached(tx, now, fresh)),
        }, request.services.clock.now())

    after = request.services.database.transact(change)
    port = next(port for port in networks.ports_of(server) if port.id == after.nics[-1].id)
    return {"interfaceAttachment": views.show(port, request.version)}


def detach(request: Request[ComputeServices]) -> None:
    server, networks = server_of(request), _networks(request)
    port = _port(request, server)

    def change(tx: Tx) -> Instance:
        def without(now: Instance) -> Mapping[str, object]:
            _changeable(request, now, "detach_interface")
            networks.detach(tx, now, port.id)
            return {"nics": tuple(nic for nic in now.nics if nic.id != port.id)}

        return writes.edit(tx, server.uuid, server.project_id, without, request.services.clock.now())

    request.services.database.transact(change)


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


def _wish(body: Mapping[str, object]) -> NicWish | None:
    fixed = cast("list[Mapping[str, str]]", body.get("fixed_ips") or [])
    network, port = str(body.get("net_id") or ""), str(body.get("port_id") or "")
    if network and port:
        raise Invalid("Must not input both network_id and port_id", field="port_id")
    if fixed and not network:
        raise Invalid("Must input network_id when request IP address", field="fixed_ips")
    if not network and not port:
        return None
    return NicWish(network_id=network, port_id=port, fixed_ip=fixed[0]["ip_address"] if fixed else "")


def _changeable(request: Request[ComputeServices], server: Instance, action: str) -> Instance:
    if server.locked and not may_override_lock(request, server):
        raise Conflict(f"Instance {server.uuid} is locked", instance=server.uuid)
    if server.vm_state not in _STATES:
        raise Conflict(f"Cannot '{action}' instance {server.uuid} while it is in vm_state {server.vm_state}",
                       instance=server.uuid)
    if server.task_state is not None:
        raise Conflict(f"Cannot '{action}' instance {server.uuid} while it is in task_state {server.task_state}",
                       instance=server.uuid)
    return server
