"""Everything that the compute dialect can be asked: the whole map."""

from __future__ import annotations

from collections.abc import Callable

from nova_lite.api.compute import (
    group_routes,
    interface_routes,
    network_routes,
    not_offered_routes,
    operator_routes,
    proxy_routes,
    versions,
)
from nova_lite.api.compute.handlers import (
    availability_zones,
    extensions,
    flavor_extra_specs,
    flavors,
    hypervisors,
    instance_actions,
    key_pairs,
    quotas,
    server_actions,
    server_metadata,
    server_tags,
    servers,
    services,
)
from nova_lite.api.compute.policies import flavors as flavor_rules
from nova_lite.api.compute.policies import instance_actions as history_rules
from nova_lite.api.compute.policies import key_pairs as key_rules
from nova_lite.api.compute.policies import limits as limit_rules
from nova_lite.api.compute.policies import server_actions as action_rules
from nova_lite.api.compute.policies import servers as server_rules
from nova_lite.api.compute.policies import services as service_rules
from nova_lite.api.compute.schemas import flavors as flavor_schemas
from nova_lite.api.compute.schemas import key_pairs as key_schemas
from nova_lite.api.compute.schemas import quotas as quota_schemas
from nova_lite.api.compute.schemas import servers as server_schemas
from nova_lite.api.compute.schemas import services as service_schemas
from nova_lite.api.compute.schemas.types import NO_QUERY
from nova_lite.api.compute.server_action_routes import GUEST_ACTIONS
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.microversions import ByVersion, v
from nova_lite.api.request import Json, Reply, Request
from nova_lite.api.routing import Route
from nova_lite.api.validation import Schema

Body = ByVersion[Schema] | Schema | None
R = Route[ComputeServices]
Handler = Callable[[Request[ComputeServices]], Json | Reply | None]


def _get(path: str, handler: Handler, rule: str, query: Body = NO_QUERY, *, late: bool = False) -> R:
    return Route(method="GET", path=path, handler=handler, rule=rule, query=query, late=late)


def _action(name: str, handler: Handler, rule: str, body: Body, success: int = 202) -> R:
    return Route(method="POST", path="/servers/{server_id}/action", action=name, handler=handler, rule=rule, late=True,
                 body=body, success=success)


def _change(method: str, path: str, handler: Handler, rule: str, body: Body = None, success: int = 200) -> R:
    return Route(method=method, path=path, handler=handler, rule=rule, late=True, body=body, success=success)


_SERVER = "/servers/{server_id}"
_METADATA = _SERVER + "/metadata"
_TAGS = _SERVER + "/tags"
_V226 = v("2.26")

SERVERS: tuple[R, ...] = (
    _get("/servers", servers.index, server_rules.INDEX, server_schemas.LIST_QUERY),
    _get("/servers/detail", servers.detail, server_rules.DETAIL, server_schemas.LIST_QUERY),
    Route(method="POST", path="/servers", handler=servers.create, rule=server_rules.CREATE, body=server_schemas.CREATE,
          success=202),
    _get(_SERVER, servers.show, server_rules.SHOW, late=True),
    _change("PUT", _SERVER, servers.update, server_rules.UPDATE, server_schemas.UPDATE),
    _change("DELETE", _SERVER, servers.delete, server_rules.DELETE, success=204),
    _get(_METADATA, server_metadata.index, server_rules.METADATA_INDEX, late=True),
    _change("POST", _METADATA, server_metadata.create, server_rules.METADATA_CREATE, server_schemas.METADATA_BODY),
    _change("PUT", _METADATA, server_metadata.replace, server_rules.METADATA_UPDATE_ALL, server_schemas.METADATA_BODY),
    _get(_METADATA + "/{key}", server_metadata.show, server_rules.METADATA_SHOW, late=True),
    _change("PUT", _METADATA + "/{key}", server_metadata.put, server_rules.METADATA_UPDATE, server_schemas.META_BODY),
    _change("DELETE", _METADATA + "/{key}", server_metadata.delete, server_rules.METADATA_DELETE, success=204),
)

TAGS: tuple[R, ...] = (
    Route(method="GET", path=_TAGS, handler=server_tags.index, rule=server_rules.TAGS_INDEX, late=True, since=_V226),
    Route(method="PUT", path=_TAGS, handler=server_tags.replace, rule=server_rules.TAGS_UPDATE_ALL, late=True,
          since=_V226, body=server_schemas.TAGS_BODY),
    Route(method="DELETE", path=_TAGS, handler=server_tags.delete_all, rule=server_rules.TAGS_DELETE_ALL, late=True,
          since=_V226, success=204),
    Route(method="GET", path=_TAGS + "/{tag}", handler=server_tags.show, rule=server_rules.TAGS_SHOW, late=True,
          since=_V226, success=204),
    Route(method="PUT", path=_TAGS + "/{tag}", handler=server_tags.put, rule=server_rules.TAGS_UPDATE, late=True,
          since=_V226),
    Route(method="DELETE", path=_TAGS + "/{tag}", handler=server_tags.delete, rule=server_rules.TAGS_DELETE, late=True,
          since=_V226, success=204),
)

ACTIONS: tuple[R, ...] = (
    _action("pause", server_actions.pause, action_rules.PAUSE, server_schemas.ACTION_NULL["pause"]),
    _action("unpause", server_actions.unpause, action_rules.UNPAUSE, server_schemas.ACTION_NULL["unpause"]),
    _action("os-stop", server_actions.stop, action_rules.STOP, server_schemas.ACTION_NULL["os-stop"]),
    _action("os-start", server_actions.start, action_rules.START, server_schemas.ACTION_NULL["os-start"]),
    _action("reboot", server_actions.reboot, action_rules.REBOOT, server_schemas.REBOOT),
    _action("lock", server_actions.lock, action_rules.LOCK, server_schemas.LOCK),
    _action("unlock", server_actions.unlock, action_rules.UNLOCK, server_schemas.ACTION_NULL["unlock"]),
    _action("os-getConsoleOutput", server_actions.console_output, action_rules.CONSOLE_OUTPUT,
            server_schemas.CONSOLE_OUTPUT, success=200),
    _get(_SERVER + "/os-instance-actions", instance_actions.index, history_rules.LIST, server_schemas.ACTIONS_QUERY,
         late=True),
    _get(_SERVER + "/os-instance-actions/{request_id}", instance_actions.show, history_rules.SHOW, late=True),
)

_FLAVOR = "/flavors/{flavor_id}"
_SPECS = _FLAVOR + "/os-extra_specs"


def _admin(method: str, path: str, handler: Handler, rule: str, body: Body = None, success: int = 200) -> R:
    return Route(method=method, path=path, handler=handler, rule=rule, body=body, success=success)


FLAVORS: tuple[R, ...] = (
    _get("/flavors", flavors.index, flavor_rules.INDEX, flavor_schemas.LIST_QUERY),
    _get("/flavors/detail", flavors.detail, flavor_rules.INDEX, flavor_schemas.LIST_QUERY),
    _admin("POST", "/flavors", flavors.create, flavor_rules.CREATE, flavor_schemas.CREATE),
    _get(_FLAVOR, flavors.show, flavor_rules.INDEX),
    Route(method="PUT", path=_FLAVOR, handler=flavors.update, rule=flavor_rules.UPDATE, body=flavor_schemas.UPDATE,
          since=v("2.55")),
    _admin("DELETE", _FLAVOR, flavors.delete, flavor_rules.DELETE, success=202),
    _get(_FLAVOR + "/os-flavor-access", flavors.access, flavor_rules.ACCESS),
    Route(method="POST", path=_FLAVOR + "/action", action="addTenantAccess", handler=flavors.add_access,
          rule=flavor_rules.ADD_ACCESS, body=flavor_schemas.ADD_ACCESS),
    Route(method="POST", path=_FLAVOR + "/action", action="removeTenantAccess", handler=flavors.remove_access,
          rule=flavor_rules.REMOVE_ACCESS, body=flavor_schemas.REMOVE_ACCESS),
    _get(_SPECS, flavor_extra_specs.index, flavor_rules.SPECS_INDEX),
    _admin("POST", _SPECS, flavor_extra_specs.create, flavor_rules.SPECS_CREATE, flavor_schemas.EXTRA_SPECS),
    _get(_SPECS + "/{key}", flavor_extra_specs.show, flavor_rules.SPECS_SHOW),
    _admin("PUT", _SPECS + "/{key}", flavor_extra_specs.update, flavor_rules.SPECS_UPDATE, flavor_schemas.EXTRA_SPEC),
    _admin("DELETE", _SPECS + "/{key}", flavor_extra_specs.delete, flavor_rules.SPECS_DELETE),
)

KEY_PAIRS: tuple[R, ...] = (
    _get("/os-keypairs", key_pairs.index, key_rules.INDEX, key_schemas.LIST_QUERY, late=True),
    Route(method="POST", path="/os-keypairs", handler=key_pairs.create, rule=key_rules.CREATE, late=True,
          body=key_schemas.CREATE, success=ByVersion(("2.1", 200), ("2.2", 201))),
    _get("/os-keypairs/{name}", key_pairs.show, key_rules.SHOW, key_schemas.ONE_QUERY, late=True),
    Route(method="DELETE", path="/os-keypairs/{name}", handler=key_pairs.delete, rule=key_rules.DELETE, late=True,
          query=key_schemas.ONE_QUERY, success=ByVersion(("2.1", 202), ("2.2", 204))),
)

_QUOTA = "/os-quota-sets/{project_id}"

QUOTAS: tuple[R, ...] = (
    _get("/limits", quotas.limits, limit_rules.LIMITS, quota_schemas.LIMITS_QUERY),
    _get(_QUOTA, quotas.show, limit_rules.SHOW, quota_schemas.SHOW_QUERY, late=True),
    _get(_QUOTA + "/detail", quotas.detail, limit_rules.DETAIL, quota_schemas.SHOW_QUERY, late=True),
    _get(_QUOTA + "/defaults", quotas.defaults, limit_rules.DEFAULTS, late=True),
    _change("PUT", _QUOTA, quotas.update, limit_rules.UPDATE, quota_schemas.UPDATE),
    _change("DELETE", _QUOTA, quotas.delete, limit_rules.DELETE, success=202),
)

_HYPERVISOR = "/os-hypervisors/{hypervisor_id}"

CLOUD: tuple[R, ...] = (
    _get("/os-services", services.index, service_rules.LIST, service_schemas.LIST_QUERY),
    _admin("PUT", "/os-services/{service_id}", services.update, service_rules.UPDATE, service_schemas.UPDATE),
    _admin("DELETE", "/os-services/{service_id}", services.delete, service_rules.DELETE, success=204),
    _get("/os-hypervisors", hypervisors.index, service_rules.HYPERVISORS_LIST, service_schemas.HYPERVISORS_QUERY),
    _get("/os-hypervisors/detail", hypervisors.detail, service_rules.HYPERVISORS_DETAIL,
         service_schemas.HYPERVISORS_QUERY),
    Route(method="GET", path="/os-hypervisors/statistics", handler=hypervisors.statistics,
          rule=service_rules.HYPERVISORS_STATISTICS, until=v("2.87")),
    _get(_HYPERVISOR, hypervisors.show, service_rules.HYPERVISORS_SHOW, service_schemas.HYPERVISOR_QUERY),
    Route(method="GET", path=_HYPERVISOR + "/uptime", handler=hypervisors.uptime,
          rule=service_rules.HYPERVISORS_UPTIME, until=v("2.87")),
    Route(method="GET", path=_HYPERVISOR + "/search", handler=hypervisors.search,
          rule=service_rules.HYPERVISORS_SEARCH, until=v("2.52")),
    Route(method="GET", path=_HYPERVISOR + "/servers", handler=hypervisors.servers,
          rule=service_rules.HYPERVISORS_SERVERS, until=v("2.52")),
    _get("/os-availability-zone", availability_zones.index, service_rules.ZONES_LIST),
    _get("/os-availability-zone/detail", availability_zones.detail, service_rules.ZONES_DETAIL),
    _get("/extensions", extensions.index, service_rules.EXTENSIONS),
    _get("/extensions/{alias}", extensions.show, service_rules.EXTENSIONS),
)

VERSIONS: tuple[R, ...] = (
    Route(method="GET", path="/", handler=versions.show_current, public=True),
    Route(method="GET", path="/versions/{version_id}", handler=versions.show_by_id),
)

ROUTES: tuple[R, ...] = (
    *VERSIONS, *SERVERS, *TAGS, *ACTIONS, *GUEST_ACTIONS, *FLAVORS, *KEY_PAIRS, *QUOTAS, *CLOUD,
    *interface_routes.ROUTES,
    *group_routes.ROUTES, *operator_routes.ROUTES, *network_routes.ROUTES, *proxy_routes.ROUTES,
    *not_offered_routes.ROUTES, *not_offered_routes.aliases((*SERVERS, *ACTIONS, *GUEST_ACTIONS)),
)
