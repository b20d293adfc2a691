"""The part of the map about interfaces of servers."""

from __future__ import annotations

from nova_lite.api.compute.handlers import server_interfaces
from nova_lite.api.compute.policies import server_interfaces as rules
from nova_lite.api.compute.schemas.server_interfaces import ATTACH
from nova_lite.api.compute.schemas.types import NO_QUERY
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.routing import Route

_MANY = "/servers/{server_id}/os-interface"
_ONE = _MANY + "/{port_id}"

ROUTES: tuple[Route[ComputeServices], ...] = (
    Route(method="GET", path=_MANY, handler=server_interfaces.index, rule=rules.LIST, late=True,
          query=NO_QUERY),
    Route(method="POST", path=_MANY, handler=server_interfaces.attach, rule=rules.CREATE, late=True, body=ATTACH),
    Route(method="GET", path=_ONE, handler=server_interfaces.show, rule=rules.SHOW, late=True,
          query=NO_QUERY),
    Route(method="DELETE", path=_ONE, handler=server_interfaces.detach, rule=rules.DELETE, late=True, success=202),
)
