"""The part of the map about what this cloud has none of; old clients' other name for servers stands here too."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from nova_lite.api.compute.handlers import not_offered
from nova_lite.api.compute.policies import not_offered as rules
from nova_lite.api.compute.schemas import not_offered as schemas
from nova_lite.api.compute.schemas.types import NO_QUERY, STRICT_NO_QUERY
from nova_lite.api.compute.services import ComputeServices
from nova_lite.api.microversions import ByVersion, v
from nova_lite.api.routing import Handler, Route
from nova_lite.api.validation import Schema

R = Route[ComputeServices]
H = Handler[ComputeServices]

_LAST_PROXIES, _LAST_ALIAS = v("2.35"), v("2.102")
_ATTACHMENTS = "/servers/{server_id}/os-volume_attachments"
_ATTACHMENT = _ATTACHMENTS + "/{volume_id}"
_SHARES = "/servers/{server_id}/shares"
_SHARE = _SHARES + "/{share_id}"
_ASSISTED = "/os-assisted-volume-snapshots"
_NODE = "/os-baremetal-nodes/{node_id}"

ATTACHMENTS: tuple[R, ...] = (
    Route(method="GET", path=_ATTACHMENTS, handler=not_offered.attachments, rule=rules.ATTACHMENTS_LIST, late=True,
          query=schemas.ATTACHMENTS_QUERY),
    Route(method="POST", path=_ATTACHMENTS, handler=not_offered.attach, rule=rules.ATTACHMENTS_CREATE, late=True,
          body=schemas.ATTACH, success=ByVersion(("2.1", 200), ("2.101", 202))),
    Route(method="GET", path=_ATTACHMENT, handler=not_offered.attachment, rule=rules.ATTACHMENTS_SHOW, late=True,
          query=NO_QUERY),
    Route(method="PUT", path=_ATTACHMENT, handler=not_offered.attachment, rule=rules.ATTACHMENTS_UPDATE, late=True,
          body=schemas.UPDATE_ATTACHMENT, success=202),
    Route(method="DELETE", path=_ATTACHMENT, handler=not_offered.attachment, rule=rules.ATTACHMENTS_DELETE, late=True,
          success=202),
)

SHARES: tuple[R, ...] = (
    Route(method="GET", path=_SHARES, handler=not_offered.shares, rule=rules.SHARES_LIST, late=True,
          query=STRICT_NO_QUERY,
          since=v("2.97")),
    Route(method="POST", path=_SHARES, handler=not_offered.attach_share, rule=rules.SHARES_CREATE, late=True,
          body=schemas.SHARE, since=v("2.97"), success=201),
    Route(method="GET", path=_SHARE, handler=not_offered.share, rule=rules.SHARES_SHOW, late=True,
          query=STRICT_NO_QUERY,
          since=v("2.97")),
    Route(method="DELETE", path=_SHARE, handler=not_offered.share, rule=rules.SHARES_DELETE, late=True,
          since=v("2.97")),
)


def _get(path: str, handler: H, rule: str, query: Schema | None = None) -> R:
    return Route(method="GET", path=path, handler=handler, rule=rule, query=query, until=_LAST_PROXIES)


def _change(method: str, path: str, handler: H, rule: str, body: Schema | None = None, action: str | None = None) -> R:
    return Route(method=method, path=path, handler=handler, rule=rule, body=body, action=action, until=_LAST_PROXIES,
                 success=202 if method == "DELETE" else 200)


PROXIES: tuple[R, ...] = (
    _get("/os-volumes", not_offered.volumes, rules.VOLUMES_LIST, schemas.PAGE_QUERY),
    _get("/os-volumes/detail", not_offered.volumes, rules.VOLUMES_DETAIL, schemas.PAGE_QUERY),
    _get("/os-volumes/{volume_id}", not_offered.volume, rules.VOLUMES_SHOW),
    _change("POST", "/os-volumes", not_offered.create_volume, rules.VOLUMES_CREATE, schemas.VOLUME),
    _change("DELETE", "/os-volumes/{volume_id}", not_offered.volume, rules.VOLUMES_DELETE),
    _get("/os-snapshots", not_offered.snapshots, rules.SNAPSHOTS_LIST, schemas.PAGE_QUERY),
    _get("/os-snapshots/detail", not_offered.snapshots, rules.SNAPSHOTS_DETAIL, schemas.PAGE_QUERY),
    _get("/os-snapshots/{snapshot_id}", not_offered.snapshot, rules.SNAPSHOTS_SHOW),
    _change("POST", "/os-snapshots", not_offered.create_snapshot, rules.SNAPSHOTS_CREATE, schemas.SNAPSHOT),
    _change("DELETE", "/os-snapshots/{snapshot_id}", not_offered.snapshot, rules.SNAPSHOTS_DELETE),
    _get("/os-baremetal-nodes", not_offered.nodes, rules.NODES_LIST),
    _get(_NODE, not_offered.node, rules.NODES_SHOW),
    _change("POST", "/os-baremetal-nodes", not_offered.change_nodes, rules.NODES_LIST),
    _change("DELETE", _NODE, not_offered.change_nodes, rules.NODES_SHOW),
    *(_change("POST", _NODE + "/action", not_offered.change_nodes, rules.NODES_SHOW, action=action)
      for action in ("add_interface", "remove_interface")),
)

ASSISTED: tuple[R, ...] = (
    Route(method="POST", path=_ASSISTED, handler=not_offered.create_snapshot, rule=rules.ASSISTED_CREATE,
          body=schemas.ASSISTED),
    Route(method="DELETE", path=_ASSISTED + "/{snapshot_id}", handler=not_offered.delete_assisted,
          rule=rules.ASSISTED_DELETE, query=schemas.ASSISTED_QUERY, success=204),
)

ROUTES: tuple[R, ...] = (*ATTACHMENTS, *SHARES, *PROXIES, *ASSISTED)

# Servers once had a second name, for those that boot from volumes; less could be done to them under it.
_ALIAS, _ORIGINAL = "/os-volumes_boot", "/servers"
_ONE = _ORIGINAL + "/{server_id}"
_ALIASED = frozenset({_ORIGINAL, _ORIGINAL + "/detail", _ONE})
_ALIASED_ACTIONS = frozenset({
    "confirmResize", "createImage", "os-start", "os-stop", "reboot", "rebuild", "resize", "revertResize",
    "trigger_crash_dump",
})


def aliases(routes: Sequence[R]) -> tuple[R, ...]:
    """The second names of the routes of servers, until 2.102."""
    return tuple(
        dataclasses.replace(route, path=_ALIAS + route.path.removeprefix(_ORIGINAL), until=_LAST_ALIAS)
        for route in routes if route.path in _ALIASED
        or (route.path == _ONE + "/action" and route.action in _ALIASED_ACTIONS)
    )
