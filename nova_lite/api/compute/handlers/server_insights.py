"""What can be looked up about one server besides its record: addresses, password, diagnostics, topology."""

from __future__ import annotations

from nova_lite.api.compute.handlers.floating_addresses import floating_addresses
from nova_lite.api.compute.handlers.lookup import HOST_PATIENCE, server_of
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.compute.views import addresses as address_views
from nova_lite.api.compute.views import diagnostics as views
from nova_lite.api.microversions import v
from nova_lite.api.request import Json, Request
from nova_lite.core.errors import Conflict, DeadlineExceeded, NotFound, Unavailable
from nova_lite.db.reads import hosts
from nova_lite.objects.diagnostics import Diagnostics
from nova_lite.objects.instance import Instance
from nova_lite.objects.states import PowerState


def addresses(request: Request[ComputeServices]) -> Json:
    server = server_of(request)
    return {"addresses": address_views.by_network(server, floating_addresses(request, [server]))}


def addresses_in(request: Request[ComputeServices]) -> Json:
    server, network = server_of(request), request.path["network"]
    found = address_views.by_network(server, floating_addresses(request, [server]))
    if network not in found:
        raise NotFound("Network name not found", network=network)
    return {network: found[network]}


def password(request: Request[ComputeServices]) -> Json:
    """Guests post their password to a metadata service of which there is none yet: nothing has been posted."""
    server_of(request)
    return {"password": ""}


def clear_password(request: Request[ComputeServices]) -> None:
    server_of(request)


def diagnostics(request: Request[ComputeServices]) -> Json:
    """What the guest's host has measured, now."""
    server = server_of(request)
    if server.host is None or server.power_state is not PowerState.RUNNING:
        raise Conflict(f"Cannot 'get_diagnostics' instance {server.uuid} while it is in power state "
                       f"{server.power_state.name}", instance=server.uuid)
    with request.services.database.read() as tx:
        host = hosts.one(tx, server.host)
    now = request.services.clock.now()
    found = _measured(request, server, server.host, now + HOST_PATIENCE)
    return views.standard(server, host, found, now) if request.version >= v("2.48") else views.plain(found)


def _measured(request: Request[ComputeServices], server: Instance, host: str, deadline: float) -> Diagnostics:
    try:
        return request.services.compute_at(host).diagnostics(request.context.until(deadline), server.uuid)
    except NotFound:
        raise Conflict(f"Instance {server.uuid} is not ready", instance=server.uuid) from None
    except (Unavailable, DeadlineExceeded) as error:
        raise Unavailable(f"The host of instance {server.uuid} does not answer now: its guest cannot be measured.",
                          instance=server.uuid) from error


def topology(request: Request[ComputeServices]) -> Json:
    """Guests have no NUMA topology here."""
    server_of(request)
    return {"nodes": [], "pagesize_kb": None}
