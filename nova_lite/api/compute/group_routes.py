"""The part of the map about aggregates of hosts and groups of servers."""

from __future__ import annotations

from nova_lite.api.compute.handlers import aggregates, server_groups
from nova_lite.api.compute.policies import groups as rules
from nova_lite.api.compute.schemas import aggregates as aggregate_schemas
from nova_lite.api.compute.schemas import server_groups as group_schemas
from nova_lite.api.compute.schemas.types import NO_QUERY
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.microversions import v
from nova_lite.api.routing import Handler, Route
from nova_lite.api.validation import Schema

R = Route[ComputeServices]
H = Handler[ComputeServices]

_AGGREGATE = "/os-aggregates/{aggregate_id}"
_GROUP = "/os-server-groups/{group_id}"


def _action(name: str, handler: H, rule: str, body: Schema) -> R:
    return Route(method="POST", path=_AGGREGATE + "/action", action=name, handler=handler, rule=rule, body=body)


AGGREGATES: tuple[R, ...] = (
    Route(method="GET", path="/os-aggregates", handler=aggregates.index, rule=rules.AGGREGATE_LIST, query=NO_QUERY),
    Route(method="POST", path="/os-aggregates", handler=aggregates.create, rule=rules.AGGREGATE_CREATE,
          body=aggregate_schemas.CREATE),
    Route(method="GET", path=_AGGREGATE, handler=aggregates.show, rule=rules.AGGREGATE_SHOW, query=NO_QUERY),
    Route(method="PUT", path=_AGGREGATE, handler=aggregates.update, rule=rules.AGGREGATE_UPDATE,
          body=aggregate_schemas.UPDATE),
    Route(method="DELETE", path=_AGGREGATE, handler=aggregates.delete, rule=rules.AGGREGATE_DELETE),
    _action("add_host", aggregates.add_host, rules.AGGREGATE_ADD_HOST, aggregate_schemas.ADD_HOST),
    _action("remove_host", aggregates.remove_host, rules.AGGREGATE_REMOVE_HOST, aggregate_schemas.REMOVE_HOST),
    _action("set_metadata", aggregates.set_metadata, rules.AGGREGATE_METADATA, aggregate_schemas.SET_METADATA),
    Route(method="POST", path=_AGGREGATE + "/images", handler=aggregates.images, rule=rules.AGGREGATE_IMAGES,
          body=aggregate_schemas.IMAGES, since=v("2.81"), success=202),
)

SERVER_GROUPS: tuple[R, ...] = (
    Route(method="GET", path="/os-server-groups", handler=server_groups.index, rule=rules.GROUP_LIST,
          query=group_schemas.LIST_QUERY),
    Route(method="POST", path="/os-server-groups", handler=server_groups.create, rule=rules.GROUP_CREATE,
          body=group_schemas.CREATE),
    Route(method="GET", path=_GROUP, handler=server_groups.show, rule=rules.GROUP_SHOW, late=True, query=NO_QUERY),
    Route(method="DELETE", path=_GROUP, handler=server_groups.delete, rule=rules.GROUP_DELETE, late=True, success=204),
)

ROUTES: tuple[R, ...] = (*AGGREGATES, *SERVER_GROUPS)
