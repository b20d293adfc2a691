"""Ports."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, structs

from nova_lite.api.network.collection import Collection
from nova_lite.api.network.listing import common
from nova_lite.api.network.policies.ports import OWNER_ONLY
from nova_lite.api.network.services import NetworkRequest, viewer
from nova_lite.api.network.views import ports as views
from nova_lite.api.request import Json
from nova_lite.core.errors import Conflict, NotFound
from nova_lite.network.drafts import NewPort, PortChange, given
from nova_lite.objects.network import ROUTER_OWNERS, Network, Port

SERVERS = "compute:"  # how owners begin that are servers
_OTHER_FORMS = ("fixed_ips", "allowed_address_pairs", "extra_dhcp_opts", "security_groups")  # than a port has them in


def view(request: NetworkRequest, ports: Sequence[Port]) -> list[dict[str, object]]:
    return [views.show(port, request.context.is_admin, request.services.vif_type) for port in ports]


def admit(request: NetworkRequest, draft: NewPort) -> None:
    """Exact addresses are chosen by the owner of the network: others get what is free."""
    network = request.services.networking.networks.show(viewer(request), draft.network_id)
    exact = draft.fixed_ips is not UNSET and any(wish.ip_address for wish in draft.fixed_ips)
    for attribute, chosen in (("fixed_ips", exact), ("mac_address", draft.mac_address is not UNSET)):
        if chosen:
            request.authorize({"project_id": network.project_id}, f"create_port:{attribute}")
    unguarded = not draft.port_security_enabled or bool(draft.allowed_address_pairs)
    _check_ownership(request, network, draft.device_owner, unguarded)
    _check_router(request, draft.device_owner, draft.device_id)


def admit_change(request: NetworkRequest, port: Port, change: PortChange) -> None:
    """Like :func:`admit`, for changes."""
    network = request.services.networking.networks.show(viewer(request), port.network_id)
    held = {address.ip_address for address in port.fixed_ips}
    exact = change.fixed_ips is not UNSET and any(
        wish.ip_address and wish.ip_address not in held for wish in change.fixed_ips
    )
    if exact:
        request.authorize({"project_id": network.project_id}, "update_port:fixed_ips")
    if change.mac_address not in (UNSET, port.mac_address):
        request.authorize({"project_id": network.project_id}, "update_port:mac_address")
    after = structs.replace(port, **given(change, *_OTHER_FORMS))
    unguarded = (port.port_security_enabled and not after.port_security_enabled) or (
        change.allowed_address_pairs is not UNSET and bool(change.allowed_address_pairs)
    )
    if after.device_owner != port.device_owner or unguarded:
        _check_ownership(request, network, after.device_owner or "", unguarded)
    if (after.device_owner, after.device_id) != (port.device_owner, port.device_id):
        _check_router(request, after.device_owner or "", after.device_id or "")


def _check_ownership(request: NetworkRequest, network: Network, device_owner: str, unguarded: bool) -> None:
    if network.shared and (device_owner.startswith("network:") or unguarded):
        request.authorize({"project_id": network.project_id}, OWNER_ONLY)


def _check_router(request: NetworkRequest, device_owner: str, device_id: str) -> None:
    """A leg of a router is only its owner's to make: by it the router's other networks are reached."""
    if device_owner not in ROUTER_OWNERS or not device_id:
        return
    try:
        request.services.networking.routers.show(viewer(request), device_id)
    except NotFound:
        raise Conflict(f"The following device_id {device_id} is not owned by your project or matches another project's "
                       "router.", device_id=device_id) from None


class PortCollection(Collection[Port, NewPort, PortChange]):
    """Ports of servers are watched: the server's record and its host follow."""

    def update(self, request: NetworkRequest) -> Json:
        before = self.found(request)
        shown = super().update(request)
        watch, after = request.services.watch, self.found(request)
        if watch is not None and before.device_owner.startswith(SERVERS):
            if after.device_id != before.device_id:
                watch.gone(request.context, before.device_id, before.id)
            elif after.fixed_ips != before.fixed_ips or after.mac_address != before.mac_address:
                watch.changed(request.context, before.device_id, before.id)
        return shown

    def delete(self, request: NetworkRequest) -> None:
        before = self.found(request)
        super().delete(request)
        if request.services.watch is not None and before.device_owner.startswith(SERVERS):
            request.services.watch.gone(request.context, before.device_id, before.id)


COLLECTION = PortCollection(
    name="port", plural="ports", path="ports", nouns=lambda networking: networking.ports,
    draft=NewPort, change=PortChange, view=view, admit=admit, admit_change=admit_change,
    filters=common(
        "network_id", "mac_address", "device_id", "device_owner", "status", "fixed_ips", "security_groups",
        "binding:host_id", flags=("admin_state_up", "port_security_enabled"),
    ),
    privileged={"binding:host_id": "", "binding:profile": {}},
)
