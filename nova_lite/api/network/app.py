"""The network dialect's application: its routes and its rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nova_lite.api.dialect import Dialect
from nova_lite.api.network import policies, versions
from nova_lite.api.network.collection import OBJECT, Collection
from nova_lite.api.network.handlers import (
    extensions,
    floating_ips,
    networks,
    ports,
    quotas,
    routers,
    security_group_rules,
    security_groups,
    subnet_pools,
    subnets,
)
from nova_lite.api.network.handlers.tags import Tags
from nova_lite.api.network.services import NetworkServices
from nova_lite.api.openapi.service import documented
from nova_lite.api.routing import Handler, Route
from nova_lite.api.services import services_of

RULES = policies.RULES

COLLECTIONS: tuple[Collection[Any, Any, Any], ...] = (
    networks.COLLECTION, subnets.COLLECTION, ports.COLLECTION, routers.COLLECTION, security_groups.COLLECTION,
    security_group_rules.COLLECTION, floating_ips.COLLECTION, subnet_pools.COLLECTION,
)


def _collections() -> Iterator[Route[NetworkServices]]:
    for collection in COLLECTIONS:
        yield from collection.routes()
        if collection.change is not None:
            yield from _tags(collection)


def _tags(collection: Collection[Any, Any, Any]) -> Iterator[Route[NetworkServices]]:
    tags, path = Tags(collection), f"/v2.0/{collection.path}/{{id}}/tags"
    show, change = f"get_{collection.name}", f"update_{collection.name}"
    yield Route(method="GET", path=path, handler=tags.index, rule=show)
    yield Route(method="PUT", path=path, handler=tags.replace, rule=change, late=True, body=OBJECT)
    yield Route(method="DELETE", path=path, handler=tags.clear, rule=change, late=True, success=204)
    one = path + "/{tag}"
    yield Route(method="GET", path=one, handler=tags.show, rule=show, success=204)
    yield Route(method="PUT", path=one, handler=tags.add, rule=change, late=True, success=201)
    yield Route(method="DELETE", path=one, handler=tags.remove, rule=change, late=True, success=204)


def _show(path: str, handler: Handler[NetworkServices], rule: str | None = None) -> Route[NetworkServices]:
    return Route(method="GET", path=path, handler=handler, rule=rule)


def _quotas() -> Iterator[Route[NetworkServices]]:
    one = "/v2.0/quotas/{project_id}"
    yield _show("/v2.0/quotas/tenant", quotas.own)
    yield _show("/v2.0/quotas/project", quotas.own)
    yield Route(method="GET", path="/v2.0/quotas", handler=quotas.index, rule="get_quota", late=True)
    yield Route(method="GET", path=one, handler=quotas.show, rule="get_quota", late=True)
    yield Route(method="GET", path=f"{one}/default", handler=quotas.defaults, rule="get_quota", late=True)
    yield Route(method="GET", path=f"{one}/details", handler=quotas.details, rule="get_quota", late=True)
    yield Route(method="GET", path=f"{one}/details.json", handler=quotas.details, rule="get_quota", late=True)
    yield Route(method="PUT", path=one, handler=quotas.update, rule="update_quota", late=True, body=OBJECT)
    yield Route(method="DELETE", path=one, handler=quotas.reset, rule="delete_quota", late=True, success=204)


ROUTES: tuple[Route[NetworkServices], ...] = (
    Route(method="GET", path="/", handler=versions.index, public=True),
    Route(method="GET", path="/v2.0", handler=versions.show, public=True),
    *_collections(),
    *(
        Route(
            method="PUT", path=f"/v2.0/routers/{{id}}/{verb}_router_interface", handler=handler,
            rule=f"{verb}_router_interface", late=True, body=OBJECT,
        )
        for verb, handler in (("add", routers.add_interface), ("remove", routers.remove_interface))
    ),
    *(
        Route(
            method="PUT", path=f"/v2.0/routers/{{id}}/{verb}_extraroutes", handler=handler, rule=f"{verb}_extraroutes",
            late=True, body=routers.ROUTES,
        )
        for verb, handler in (("add", routers.add_routes), ("remove", routers.remove_routes))
    ),
    *_quotas(),
    _show("/v2.0/extensions", extensions.index),
    _show("/v2.0/extensions/{alias}", extensions.show),
    _show("/v2.0/availability_zones", extensions.availability_zones),
    _show("/v2.0/agents", extensions.agents),
    _show("/v2.0/service-providers", extensions.service_providers),
)


def app_factory(global_conf: dict[str, object], **_: str) -> Dialect[NetworkServices]:
    """Paste application."""
    services = services_of(global_conf)
    return Dialect(documented(ROUTES, "network", "/network"), services.network, services.frame, belongs=True)
