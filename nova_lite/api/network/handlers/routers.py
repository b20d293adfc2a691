"""Routers, and what they are joined to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import UNSET

from nova_lite.api.network.collection import Collection, read
from nova_lite.api.network.listing import common
from nova_lite.api.network.services import NetworkRequest, viewer
from nova_lite.api.network.views import routers as views
from nova_lite.api.request import Json
from nova_lite.api.validation import Schema
from nova_lite.core.errors import Invalid
from nova_lite.network.drafts import GatewayDraft, NewRouter, RouteChange, RouterChange
from nova_lite.objects.network import GATEWAY_OWNER, HostRoute, Router

ROUTES = Schema({"type": "object", "properties": {"router": {"type": "object"}}, "required": ["router"],
                 "additionalProperties": False})


def view(request: NetworkRequest, routers: Sequence[Router]) -> list[dict[str, object]]:
    legs = request.services.networking.routers.legs(routers, (GATEWAY_OWNER,))
    return [views.show(router, next(iter(legs[router.id]), None), request.context.is_admin) for router in routers]


def admit(request: NetworkRequest, draft: NewRouter) -> None:
    if draft.distributed or draft.ha:
        raise Invalid("Routers of this cloud are neither distributed nor highly available.", field="distributed")
    _check_gateway(request, draft.external_gateway_info, f"{request.rule}:external_gateway_info")


def admit_change(request: NetworkRequest, router: Router, change: RouterChange) -> None:
    if change.distributed is True or change.ha is True:
        raise Invalid("Routers of this cloud are neither distributed nor highly available.", field="distributed")
    if change.external_gateway_info is not UNSET:
        _check_gateway(request, change.external_gateway_info, f"{request.rule}:external_gateway_info")


def _check_gateway(request: NetworkRequest, gateway: GatewayDraft | None, rule: str) -> None:
    if gateway is None or not gateway.network_id:
        return
    request.services.networking.networks.show(viewer(request), gateway.network_id)
    for attribute, chosen in (
        ("enable_snat", not gateway.enable_snat), ("external_fixed_ips", gateway.external_fixed_ips is not UNSET),
    ):
        if chosen:
            request.authorize(request.own_target(), f"{rule}:{attribute}")


def add_interface(request: NetworkRequest) -> Json:
    router = COLLECTION.found(request)
    request.authorize({"project_id": router.project_id})
    subnet_id, port_id = _named(request)
    networking = request.services.networking
    if bool(subnet_id) == bool(port_id):
        raise Invalid("Bad router request: Either subnet_id or port_id must be specified, not both.")
    if port_id:
        networking.ports.show(viewer(request), port_id)
        port = networking.routers.add_port(router.id, port_id)
        return views.interface(router, port, port.fixed_ips[0].subnet_id)
    networking.subnets.show(viewer(request), subnet_id)
    return views.interface(router, networking.routers.add_subnet(router.id, subnet_id), subnet_id)


def remove_interface(request: NetworkRequest) -> Json:
    router = COLLECTION.found(request)
    request.authorize({"project_id": router.project_id})
    subnet_id, port_id = _named(request)
    if not subnet_id and not port_id:
        raise Invalid("Bad router request: Either subnet_id or port_id must be specified.")
    port, subnet = request.services.networking.routers.remove_interface(
        router.id, subnet_id=subnet_id, port_id=port_id
    )
    return views.interface(router, port, subnet)


def add_routes(request: NetworkRequest) -> Json:
    return _rerouted(request, request.services.networking.routers.add_routes)


def remove_routes(request: NetworkRequest) -> Json:
    return _rerouted(request, request.services.networking.routers.remove_routes)


def _rerouted(request: NetworkRequest, change: Callable[[str, Sequence[HostRoute]], Router]) -> Json:
    router = COLLECTION.found(request)
    request.authorize({"project_id": router.project_id})
    wanted = read(RouteChange, request.member("router"))
    return {"router": view(request, [change(router.id, wanted.routes)])[0]}


def _named(request: NetworkRequest) -> tuple[str, str]:
    unknown = set(request.body) - {"subnet_id", "port_id"}
    if unknown:
        raise Invalid(f"Unrecognized attribute(s) '{', '.join(sorted(unknown))}'")
    return str(request.body.get("subnet_id") or ""), str(request.body.get("port_id") or "")


COLLECTION = Collection(
    name="router", plural="routers", path="routers", nouns=lambda networking: networking.routers,
    draft=NewRouter, change=RouterChange, view=view, admit=admit, admit_change=admit_change,
    filters=common(flags=("admin_state_up",)), privileged={"distributed": UNSET, "ha": UNSET},
)
